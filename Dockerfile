# forewarn as a container: nothing but the program and the certificates that it trusts.
#
#   docker build -t forewarn .
#   docker run --read-only -p 8080:8080 -v ./forewarn.toml:/etc/forewarn/forewarn.toml:ro -v forewarn:/var/lib/forewarn forewarn
#
# Any base with glibc 2.36 or newer will do for RUNTIME; the default has no shell and no package manager.
ARG BUILDER=rust:1.95-bookworm
ARG RUNTIME=gcr.io/distroless/cc-debian12:nonroot

FROM ${BUILDER} AS build
WORKDIR /src
COPY . .
# Crates and what was compiled of them stay in the builder's cache. Touching the crate's roots makes sure that forewarn itself is
# compiled from these sources, whatever the times of the files say. What is needed later must leave the cache within the step.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target,sharing=locked \
    touch src/lib.rs src/main.rs \
 && cargo build --release --locked --bin forewarn \
 && install -D target/release/forewarn /out/bin/forewarn \
 && install -d -m 0750 /out/lib/forewarn

FROM ${RUNTIME}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="forewarn" \
      org.opencontainers.image.description="Watches the credentials of Microsoft Entra ID app registrations and tells the people who can renew them, weeks before they expire" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/forewarn/
COPY --from=build --chown=65532:65532 /out/lib/ /var/lib/
COPY --from=build /out/bin/forewarn /usr/local/bin/forewarn

# The store lies here; everything else may be read-only.
WORKDIR /var/lib/forewarn
VOLUME /var/lib/forewarn
# distroless calls it nonroot. The number, so that Kubernetes' runAsNonRoot can tell.
USER 65532:65532
EXPOSE 8080
STOPSIGNAL SIGTERM
# There is no shell and no curl: the program asks itself. FOREWARN_HEALTH_URL tells it where, when http.listen is another.
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 CMD ["/usr/local/bin/forewarn", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/forewarn"]
CMD ["run"]
