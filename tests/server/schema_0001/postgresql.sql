CREATE TABLE accounts (
    login VARCHAR NOT NULL,
    password_hash VARCHAR NOT NULL,
    PRIMARY KEY (login)
);

CREATE TABLE blobs (
    sha256 VARCHAR NOT NULL,
    size INTEGER NOT NULL,
    type VARCHAR NOT NULL,
    arrived_at VARCHAR NOT NULL,
    PRIMARY KEY (sha256)
);

CREATE TABLE devices (
    id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    home VARCHAR NOT NULL,
    token_sha256 VARCHAR NOT NULL,
    last_seq INTEGER NOT NULL,
    last_hash VARCHAR NOT NULL,
    enrolled_at VARCHAR NOT NULL,
    seen_at VARCHAR,
    PRIMARY KEY (id)
);

CREATE INDEX ix_devices_token_sha256 ON devices (token_sha256);

CREATE TABLE documents (
    key VARCHAR NOT NULL,
    type VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (key)
);

CREATE TABLE feed (
    scope VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    gone BOOLEAN NOT NULL,
    PRIMARY KEY (scope, key)
);

CREATE INDEX feed_by_version ON feed (scope, version);

CREATE TABLE heads (
    site VARCHAR NOT NULL,
    n INTEGER NOT NULL,
    link VARCHAR NOT NULL,
    PRIMARY KEY (site)
);

CREATE TABLE journal (
    pos BIGSERIAL NOT NULL,
    site VARCHAR NOT NULL,
    n INTEGER NOT NULL,
    entry_id VARCHAR NOT NULL,
    device VARCHAR NOT NULL,
    seq INTEGER,
    kind VARCHAR NOT NULL,
    on_key VARCHAR NOT NULL,
    actor VARCHAR NOT NULL,
    standing TEXT,
    raw BYTEA NOT NULL,
    sig VARCHAR,
    received_at VARCHAR NOT NULL,
    link VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    code VARCHAR,
    params TEXT NOT NULL,
    case_key VARCHAR,
    effects TEXT NOT NULL,
    PRIMARY KEY (pos),
    UNIQUE (device, seq),
    UNIQUE (site, n),
    UNIQUE (entry_id)
);

CREATE INDEX journal_parked ON journal (status, on_key);

CREATE TABLE known_browsers (
    login VARCHAR NOT NULL,
    browser VARCHAR NOT NULL,
    seen_at VARCHAR NOT NULL,
    PRIMARY KEY (login, browser)
);

CREATE TABLE meta (
    name VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE records_approvals (
    approval VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    about VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    asked_by VARCHAR NOT NULL,
    asked_at VARCHAR NOT NULL,
    decided_by VARCHAR,
    decided_at VARCHAR,
    digest VARCHAR NOT NULL,
    PRIMARY KEY (approval)
);

CREATE INDEX ix_records_approvals_site ON records_approvals (site);

CREATE TABLE records_holdings (
    lot VARCHAR NOT NULL,
    location VARCHAR NOT NULL,
    quantity NUMERIC(18, 6) NOT NULL,
    PRIMARY KEY (lot, location)
);

CREATE TABLE records_lots (
    lot VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    item_code VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    quantity NUMERIC(18, 6) NOT NULL,
    on_hand NUMERIC(18, 6) NOT NULL,
    unit VARCHAR NOT NULL,
    supplier VARCHAR,
    supplier_lot VARCHAR,
    received_on VARCHAR,
    produced_on VARCHAR,
    expires_on VARCHAR,
    PRIMARY KEY (lot)
);

CREATE INDEX ix_records_lots_item_code ON records_lots (item_code);

CREATE INDEX ix_records_lots_site ON records_lots (site);

CREATE INDEX ix_records_lots_status ON records_lots (status);

CREATE TABLE records_measurements (
    entry VARCHAR NOT NULL,
    characteristic VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    run VARCHAR NOT NULL,
    lot VARCHAR,
    value NUMERIC(18, 6) NOT NULL,
    lower NUMERIC(18, 6),
    upper NUMERIC(18, 6),
    unit VARCHAR NOT NULL,
    ok BOOLEAN NOT NULL,
    at VARCHAR NOT NULL,
    PRIMARY KEY (entry, characteristic)
);

CREATE INDEX ix_records_measurements_run ON records_measurements (run);

CREATE INDEX ix_records_measurements_site ON records_measurements (site);

CREATE TABLE records_movements (
    entry VARCHAR NOT NULL,
    lot VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    quantity NUMERIC(18, 6) NOT NULL,
    source VARCHAR NOT NULL,
    target VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    at VARCHAR NOT NULL,
    requisition VARCHAR,
    run VARCHAR,
    PRIMARY KEY (entry, lot)
);

CREATE INDEX ix_records_movements_site ON records_movements (site);

CREATE TABLE records_steps (
    entry VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    run VARCHAR NOT NULL,
    procedure VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    step VARCHAR NOT NULL,
    step_check VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    at VARCHAR NOT NULL,
    corrects VARCHAR,
    PRIMARY KEY (entry)
);

CREATE INDEX ix_records_steps_run ON records_steps (run);

CREATE INDEX ix_records_steps_site ON records_steps (site);

CREATE TABLE records_visits (
    visit VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    service VARCHAR NOT NULL,
    customer VARCHAR NOT NULL,
    technician VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    due_on VARCHAR,
    started_at VARCHAR NOT NULL,
    done_at VARCHAR,
    PRIMARY KEY (visit)
);

CREATE INDEX ix_records_visits_site ON records_visits (site);

CREATE TABLE scopes (
    scope VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (scope)
);

CREATE TABLE sessions (
    id VARCHAR NOT NULL,
    login VARCHAR NOT NULL,
    token_sha256 VARCHAR NOT NULL,
    device VARCHAR NOT NULL,
    started_at VARCHAR NOT NULL,
    expires_at VARCHAR NOT NULL,
    ended_at VARCHAR,
    PRIMARY KEY (id),
    UNIQUE (token_sha256)
);

CREATE INDEX ix_sessions_login ON sessions (login);

CREATE TABLE sign_in_attempts (
    login VARCHAR NOT NULL,
    browser VARCHAR NOT NULL,
    failures INTEGER NOT NULL,
    wait_until VARCHAR NOT NULL,
    PRIMARY KEY (login, browser)
);

CREATE TABLE terms (
    term VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    PRIMARY KEY (term, key)
);

CREATE INDEX ix_terms_key ON terms (key);
