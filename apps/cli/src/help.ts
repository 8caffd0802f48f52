/** What `rack-gateway help` begins with. */
export const overview = `Examples:
  rack-gateway login staging https://gateway.example.com
  rack-gateway apps
  rack-gateway ps -a myapp --rack staging
  rack-gateway run command 'rake stripe:prepare' -a myapp
  rack-gateway can releases promote -a myapp     (may I, and why?)
  rack-gateway --no-precheck deploy              (lets the gateway alone decide)
  rack-gateway -- racks                 (convox's own "racks" instead of ours)

Every command that isn't in the list below is convox's: it runs as you typed it, through the gateway.
The rack is the first of: RACK_URL, --rack, GATEWAY_RACK, .convox/rack, the current one.`

/** What the help of each command begins with. */
export const commandExamples = {
  login: `Examples:
  rack-gateway login staging https://gateway.example.com
  rack-gateway login staging                    (again, at the address that is known)
  rack-gateway login staging --no-browser       (over SSH: type a code into a browser elsewhere)
  rack-gateway login work https://gateway.example.com --rack staging --rack-only
  rack-gateway login staging --token - < token.txt`,
  logout: `Examples:
  rack-gateway logout staging
  rack-gateway logout --all`,
  racks: `Examples:
  rack-gateway racks
  rack-gateway racks --json`,
  switch: `Examples:
  rack-gateway switch production`,
  whoami: `Examples:
  rack-gateway whoami
  rack-gateway whoami --rack production --json`,
  can: `Its own flags come before the words of convox. Ends with 0, or with 5 when it is refused. Examples:
  rack-gateway can releases promote -a web --rack production
  rack-gateway can --json run command 'rake db:migrate' -a web
  rack-gateway can --as ada@example.com env set -a web`,
  ci: `In a CI job, in return for the job's own OIDC token. Examples:
  eval "export $(rack-gateway ci login https://gateway.example.com --rack staging)"
  rack-gateway ci login https://gateway.example.com >> "$GITHUB_ENV"     (GitHub Actions)
  echo "export $(rack-gateway ci login https://gateway.example.com)" >> "$BASH_ENV"     (CircleCI)
  rack-gateway ci login https://gateway.example.com --token-variable MY_ID_TOKEN`,
  evidence: `Verifies the audit log with no trust in the gateway. Ends with 0 when it holds, with 6 when it doesn't. Examples:
  rack-gateway audit verify --checkpoints /mnt/checkpoints --key 'rack-gateway/audit+1a2b3c4d+AbCd…'
  rack-gateway audit verify --database postgres://auditor@db.example.com/gateway --checkpoints /mnt/checkpoints
  rack-gateway audit verify --export audit.ndjson --checkpoints /mnt/checkpoints
  rack-gateway audit verify --archive /mnt/archive --checkpoints /mnt/checkpoints
  rack-gateway audit verify --recordings 's3://records/gateway?region=eu-west-1' --checkpoints /mnt/checkpoints
  rack-gateway audit prove 01a21006-6e55-7646-9171-966421143187 > proof.json
  rack-gateway audit verify-proof proof.json --key 'rack-gateway/audit+1a2b3c4d+AbCd…'`,
  sessions: `Examples:
  rack-gateway sessions
  rack-gateway sessions --rack production --json
  rack-gateway sessions end 1b4f0c9e-6d2a-4c57-9f0e-2f1f5d1c7a35`,
  audit: `Needs the role auditor or admin. Examples:
  rack-gateway audit search --principal ada@example.com --since 2h
  rack-gateway audit search rake db:migrate --effect deny --in-rack production
  rack-gateway audit show 01a21006-6e55-7646-9171-966421143187
  rack-gateway audit tail --kind login.failed
  rack-gateway audit export --since 2027-01-01 --until 2027-02-01 --format csv -o january.csv
  rack-gateway audit recordings --principal ada@example.com --since 3d
  rack-gateway audit play 01a21006-6e55-7646-9171-966421143187 --speed 2
  rack-gateway audit transcript 01a21006-6e55-7646-9171-966421143187 --search 'drop table'`,
  url: `Examples:
  RACK_URL=$(rack-gateway url --rack staging) convox apps`,
} as const
