-- For a ledger that one role has owned and worked in so far, superuser or not: from now on one owns it and migrates,
-- and the other one works. Run it once with psql as a superuser, connected to the ledger's database, while nothing
-- else uses it. It reads the passwords from files.
\set owner_password `cat /run/secrets/owner_password`
\set login_password `cat /run/secrets/login_password`
CREATE ROLE ml_connector_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE ml_connector_login LOGIN PASSWORD :'login_password';
ALTER DATABASE :"DBNAME" OWNER TO ml_connector_owner;
SELECT format('ALTER TABLE %s OWNER TO ml_connector_owner', CAST(oid AS regclass)) FROM pg_class
 WHERE relnamespace = CAST('public' AS regnamespace) AND relkind IN ('r', 'p') \gexec
SELECT format('ALTER FUNCTION %s OWNER TO ml_connector_owner', CAST(oid AS regprocedure)) FROM pg_proc
 WHERE pronamespace = CAST('public' AS regnamespace) \gexec
