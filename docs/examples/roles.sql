-- Two roles without superuser for the ledger, and its database: one owns it and migrates, the other one works.
-- Run it once with psql as a superuser, connected to any database. It reads the passwords from files.
\set owner_password `cat /run/secrets/owner_password`
\set login_password `cat /run/secrets/login_password`
CREATE ROLE ml_connector_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE ml_connector LOGIN PASSWORD :'login_password';
CREATE DATABASE ml_connector OWNER ml_connector_owner;
REVOKE ALL ON DATABASE ml_connector FROM PUBLIC;
GRANT CONNECT ON DATABASE ml_connector TO ml_connector;
