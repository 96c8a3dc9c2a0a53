//! Keeps `deploy/` true: the configuration that it ships loads, every secret that it names is mounted, and the pod is as shut
//! in as it says.

use std::{collections::BTreeSet, error::Error, fs, net::SocketAddr, path::PathBuf};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn read(name: &str) -> Outcome<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
    Ok(fs::read_to_string(path)?)
}

fn manifest(name: &str) -> Outcome<Value> {
    let text = read(&format!("deploy/kubernetes/{name}"))?;
    Ok(serde_saphyr::from_str(&text)?)
}

/// What lies at a JSON pointer; an error names the pointer.
fn at<'a>(value: &'a Value, pointer: &str) -> Outcome<&'a Value> {
    let found = value.pointer(pointer);
    found.ok_or_else(|| format!("there is nothing at {pointer}").into())
}

fn list<'a>(value: &'a Value, pointer: &str) -> Outcome<&'a [Value]> {
    let list = at(value, pointer)?.as_array();
    Ok(list.ok_or_else(|| format!("{pointer} is no list"))?)
}

fn text<'a>(value: &'a Value, pointer: &str) -> Outcome<&'a str> {
    let text = at(value, pointer)?.as_str();
    Ok(text.ok_or_else(|| format!("{pointer} is no text"))?)
}

fn pod() -> Outcome<Value> {
    Ok(at(&manifest("deployment.yaml")?, "/spec/template/spec")?.clone())
}

fn container() -> Outcome<Value> {
    let pod = pod()?;
    let [container] = list(&pod, "/containers")? else {
        return Err("there is more than one container, or none".into());
    };
    Ok(container.clone())
}

/// The `forewarn.toml` of the config map.
fn shipped() -> Outcome<String> {
    Ok(text(&manifest("configmap.yaml")?, "/data/forewarn.toml")?.to_owned())
}

/// Every `{ file = "…" }` of the configuration, wherever it stands.
fn secret_files(value: &toml::Value, found: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            if let Some(toml::Value::String(path)) = table.get("file") {
                found.insert(path.clone());
            }
            table.values().for_each(|value| secret_files(value, found));
        }
        toml::Value::Array(values) => values.iter().for_each(|value| secret_files(value, found)),
        _ => {}
    }
}

/// Where the pod's volume of this kind is mounted, and the volume.
fn mounted(kind: &str) -> Outcome<(String, Value)> {
    let (pod, container) = (pod()?, container()?);
    let volumes = list(&pod, "/volumes")?;
    let volume = volumes.iter().find(|volume| volume.get(kind).is_some());
    let volume = volume.ok_or_else(|| format!("no volume is a {kind}"))?;
    let mounts = list(&container, "/volumeMounts")?;
    let mount = mounts.iter().find(|mount| mount["name"] == volume["name"]);
    let mount = mount.ok_or_else(|| format!("the {kind} is not mounted"))?;
    Ok((text(mount, "/mountPath")?.to_owned(), volume[kind].clone()))
}

#[test]
fn the_configuration_loads_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forewarn.toml");
    fs::write(&path, shipped().unwrap()).unwrap();
    let now: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    let loaded =
        forewarn::config::load(&path, &[], now).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
}

#[test]
fn every_secret_that_the_configuration_names_is_mounted() {
    let mut named = BTreeSet::new();
    secret_files(&toml::from_str(&shipped().unwrap()).unwrap(), &mut named);

    let (folder, volume) = mounted("secret").unwrap();
    let secret = manifest("secret.example.yaml").unwrap();
    assert_eq!(volume["secretName"], secret["metadata"]["name"]);
    let keys = secret["stringData"].as_object().unwrap().keys();
    let files: BTreeSet<String> = keys.map(|key| format!("{folder}/{key}")).collect();
    assert_eq!(named, files, "named by forewarn.toml, and mounted");
}

#[test]
fn the_configuration_lies_where_forewarn_looks_for_it() {
    let (folder, volume) = mounted("configMap").unwrap();
    assert_eq!(folder, "/etc/forewarn");
    assert_eq!(
        volume["name"],
        manifest("configmap.yaml").unwrap()["metadata"]["name"]
    );
}

#[test]
fn the_store_outlives_the_pod() {
    let (folder, volume) = mounted("persistentVolumeClaim").unwrap();
    assert_eq!(
        volume["claimName"],
        manifest("pvc.yaml").unwrap()["metadata"]["name"]
    );
    let config: toml::Value = toml::from_str(&shipped().unwrap()).unwrap();
    let url = config["store"]["url"].as_str().unwrap();
    assert!(
        url.starts_with(&format!("sqlite:{folder}/")),
        "{url} is not on the claim's volume"
    );
}

#[test]
fn the_pod_may_do_nothing_that_it_need_not() {
    let (pod, container) = (pod().unwrap(), container().unwrap());
    let expected = json!({
        "runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532,
        "fsGroup": 65532, "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": { "type": "RuntimeDefault" },
    });
    assert_eq!(pod["securityContext"], expected);
    let expected = json!({
        "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
        "capabilities": { "drop": ["ALL"] },
    });
    assert_eq!(container["securityContext"], expected);
    assert_eq!(pod["automountServiceAccountToken"], false);
    assert_eq!(pod["enableServiceLinks"], false);
    assert!(at(&container, "/resources/limits/memory").is_ok());
}

#[test]
fn never_do_two_pods_run_at_once() {
    let deployment = manifest("deployment.yaml").unwrap();
    assert_eq!(deployment["spec"]["replicas"], 1);
    assert_eq!(
        deployment["spec"]["strategy"],
        json!({ "type": "Recreate" })
    );
    assert!(pod().unwrap()["terminationGracePeriodSeconds"].as_u64() > Some(10));
}

#[test]
fn probes_ask_what_forewarn_answers() {
    let container = container().unwrap();
    for (probe, path) in [
        ("startupProbe", "/healthz"),
        ("livenessProbe", "/healthz"),
        ("readinessProbe", "/readyz"),
    ] {
        assert_eq!(
            container[probe]["httpGet"],
            json!({ "path": path, "port": "http" }),
            "{probe}"
        );
    }
}

#[test]
fn the_port_is_the_same_everywhere() {
    let config: toml::Value = toml::from_str(&shipped().unwrap()).unwrap();
    let listen: SocketAddr = config["http"]["listen"].as_str().unwrap().parse().unwrap();
    assert!(
        listen.ip().is_unspecified(),
        "the kubelet could not reach {listen}"
    );
    let port = json!({ "name": "http", "containerPort": listen.port() });
    assert_eq!(container().unwrap()["ports"], json!([port]));
    assert_eq!(
        manifest("service.yaml").unwrap()["spec"]["ports"][0]["targetPort"],
        "http"
    );
    let exposed = format!("EXPOSE {}", listen.port());
    assert!(
        read("Dockerfile")
            .unwrap()
            .lines()
            .any(|line| line == exposed)
    );
}

#[test]
fn the_image_is_of_this_version_and_runs_as_the_same_user() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(container().unwrap()["image"], format!("forewarn:{version}"));
    let image = &manifest("kustomization.yaml").unwrap()["images"][0];
    assert_eq!(
        (&image["name"], &image["newTag"]),
        (&json!("forewarn"), &json!(version))
    );
    let dockerfile = read("Dockerfile").unwrap();
    for line in [
        format!("ARG VERSION={version}"),
        "USER 65532:65532".to_owned(),
    ] {
        assert!(
            dockerfile.lines().any(|it| it == line),
            "the Dockerfile has no `{line}`"
        );
    }
}

#[test]
fn selectors_find_the_pod() {
    let deployment = manifest("deployment.yaml").unwrap();
    let labels = &deployment["spec"]["template"]["metadata"]["labels"];
    assert_eq!(&deployment["spec"]["selector"]["matchLabels"], labels);
    assert_eq!(
        &manifest("service.yaml").unwrap()["spec"]["selector"],
        labels
    );
    let policy = manifest("networkpolicy.yaml").unwrap();
    assert_eq!(&policy["spec"]["podSelector"]["matchLabels"], labels);
}

#[test]
fn kustomize_applies_all_but_the_example_and_the_option() {
    let kustomization = manifest("kustomization.yaml").unwrap();
    let applied = kustomization["resources"].as_array().unwrap();
    let applied: BTreeSet<&str> = applied.iter().filter_map(Value::as_str).collect();
    let expected = [
        "configmap.yaml",
        "deployment.yaml",
        "pvc.yaml",
        "service.yaml",
    ];
    assert_eq!(applied, expected.into());
}
