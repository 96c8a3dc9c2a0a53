INSERT INTO tenants VALUES ('contoso', 1, 1772352000000, 2, 1, 1772355600000, 'no connection', 0);

INSERT INTO scans VALUES
    ('00000000-0000-0000-0000-00000000000a', 'contoso', 1772351990000, 1772352000000, NULL, 2, 2, 0),
    ('00000000-0000-0000-0000-00000000000b', 'contoso', 1772355590000, 1772355600000, 'no connection', 0, 0, 0);

INSERT INTO credentials VALUES
    ('contoso', '00000000-0000-0000-0000-0000000000a1', 'client-secret', '00000000-0000-0000-0000-0000000000c1',
     '00000000-0000-0000-0000-0000000000b1', 'Billing', 'prod', 'abc', 1740816000000, 1774771200000, 1772352000000,
     -1, NULL, 0,
     '{"rung":30,"reminder":0,"severity":"warning","at":"2026-03-01T08:00:00Z","expires_at":"2026-03-29T08:00:00Z","row":{"tenant":"contoso","app_id":"00000000-0000-0000-0000-0000000000b1","object_id":"00000000-0000-0000-0000-0000000000a1","app_name":"Billing","kind":"client-secret","credential_id":"00000000-0000-0000-0000-0000000000c1","credential_name":"prod","hint":"abc","starts_at":"2025-03-01T08:00:00Z","expires_at":"2026-03-29T08:00:00Z","days_left":28,"severity":"warning","superseded_by":null,"owners":[],"last_used_at":null},"told":["mail"],"resolved":false,"softened":false}'),
    ('contoso', '00000000-0000-0000-0000-0000000000a2', 'certificate', '00000000-0000-0000-0000-0000000000c2',
     '00000000-0000-0000-0000-0000000000b2', 'Payroll', NULL, NULL, NULL, NULL, 1772352000000,
     7, 1772352000000, 2, NULL);

INSERT INTO alerts VALUES
    ('00000000-0000-0000-0000-0000000000d1', 'contoso', '00000000-0000-0000-0000-0000000000a1', 'client-secret',
     '00000000-0000-0000-0000-0000000000c1', 0, 1774771200000, 30, 0, 'warning', '28 days are left', 1772352000000);

INSERT INTO notifications VALUES
    ('00000000-0000-0000-0000-0000000000e1', 1772352000000,
     '{"id":"00000000-0000-0000-0000-0000000000e1","subject":{"about":"due","alerts":[{"tenant":"contoso","app_id":"00000000-0000-0000-0000-0000000000b1","object_id":"00000000-0000-0000-0000-0000000000a1","app_name":"Billing","kind":"client-secret","credential_id":"00000000-0000-0000-0000-0000000000c1","credential_name":"prod","hint":"abc","starts_at":"2025-03-01T08:00:00Z","expires_at":"2026-03-29T08:00:00Z","days_left":28,"severity":"warning","superseded_by":null,"owners":[],"last_used_at":null,"rung":30,"reason":"28 days are left","links":{"portal":"https://entra.microsoft.com/"}}]},"decided_at":"2026-03-01T08:00:00Z","first_scan":true}');

INSERT INTO alert_notifications VALUES
    ('00000000-0000-0000-0000-0000000000d1', '00000000-0000-0000-0000-0000000000e1');

INSERT INTO receivers VALUES ('mail'), ('chat');

INSERT INTO deliveries (id, notification_id, receiver, target, fallback, created_at, due_at, leased_until, parts_done,
                        failures, failed_at, failure, detail, finished_at, outcome)
VALUES
    ('00000000-0000-0000-0000-0000000000f1', '00000000-0000-0000-0000-0000000000e1', 'mail', 'ops@contoso.com',
     '[{"receiver":"chat","target":""}]', 1772352000000, 1772352000000, NULL, 0, 1, 1772352001000, 'rejected',
     'no such mailbox', 1772352001000, 'given-up'),
    ('00000000-0000-0000-0000-0000000000f2', '00000000-0000-0000-0000-0000000000e1', 'chat', '',
     '[{"receiver":"mail","target":"ops@contoso.com"}]', 1772352001000, 1772352002000, 1772352003000, 1, 2,
     1772352002000, 'timeout', 'no answer', NULL, NULL);

INSERT INTO attempts (delivery_id, at, took_ms, part, outcome, failure, detail) VALUES
    ('00000000-0000-0000-0000-0000000000f1', 1772352000000, 1000, 0, 'given-up', 'rejected', 'no such mailbox'),
    ('00000000-0000-0000-0000-0000000000f2', 1772352001000, 10, 0, 'part-done', NULL, NULL);

INSERT INTO silences VALUES
    ('00000000-0000-0000-0000-0000000000aa', '{"on":"tenant","tenant":"contoso"}', 'a move', 'anna',
     1772352000000, 4102444800000, 0),
    ('00000000-0000-0000-0000-0000000000ab', '{"on":"credential","tenant":"contoso","object_id":"00000000-0000-0000-0000-0000000000a1","kind":"client-secret","credential_id":"00000000-0000-0000-0000-0000000000c1","expires_at":"2026-03-29T08:00:00Z"}', 'booked', 'anna',
     1772352000001, 4102444800000, 0),
    ('00000000-0000-0000-0000-0000000000ac', '{"on":"credential","tenant":"contoso","object_id":"00000000-0000-0000-0000-0000000000a1","kind":"client-secret","credential_id":"00000000-0000-0000-0000-0000000000c1","expires_at":"2026-03-29T08:00:00Z"}', 'gone soon', 'anna',
     1772352000002, 4102444800000, 1);
