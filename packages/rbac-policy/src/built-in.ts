/** The policy that holds without a document: YAML, so that it reads, and is read, like any other. */
export const builtInText = `version: 1

# What each role may do. "*" stands for any whole part of a permission.
roles:
  viewer:
    description: Sees apps, processes, logs and releases, and no value of an environment.
    permissions:
      - gateway:self:read
      - gateway:self:write
      - gateway:policy:read
      - app:list
      - app:read
      - process:list
      - process:read
      - log:read
      - build:list
      - build:read
      - release:list
      - release:read
      - resource:list
      - resource:read
      - certificate:list
      - instance:list
      - rack:read
      - rack:process-list
      - budget:read

  ops:
    description: "Keeps apps running: scales, restarts, stops and locks."
    permissions:
      - gateway:self:read
      - gateway:self:write
      - gateway:policy:read
      - app:list
      - app:read
      - app:lock
      - service:scale
      - service:restart
      - process:list
      - process:read
      - process:stop
      - process:run
      - process:exec
      - log:read
      - build:list
      - build:read
      - release:list
      - release:read
      - release:run-any
      - env:read
      - config:list
      - resource:list
      - resource:read
      - resource:proxy
      - certificate:list
      - instance:list
      - registry:list
      - rack:read
      - rack:process-list
      - rack:log-read
      - budget:read
      - diagnose:read

  deployer:
    description: Builds, releases and configures apps, and runs what the command rules permit.
    permissions:
      - gateway:self:read
      - gateway:self:write
      - gateway:policy:read
      - app:list
      - app:read
      - app:update
      - app:lock
      - app:cancel
      - service:scale
      - service:restart
      - process:list
      - process:read
      - process:stop
      - process:run
      - process:exec
      - process:file-read
      - process:file-write
      - log:read
      - build:list
      - build:read
      - build:create
      - build:export
      - object:read
      - object:create
      - release:list
      - release:read
      - release:create
      - release:promote
      - release:run-any
      - env:read
      - env:write
      - config:list
      - config:write
      - resource:list
      - resource:read
      - resource:proxy
      - certificate:list
      - instance:list
      - registry:list
      - rack:read
      - rack:process-list
      - rack:log-read
      - budget:read
      - diagnose:read

  ci:
    description: "Ships what is in git: builds, releases with the environment as it is, promotes, and uses only its own runs."
    permissions:
      - gateway:self:read
      - gateway:self:write
      - gateway:policy:read
      - app:list
      - app:read
      - app:cancel
      - process:list
      - process:read
      - process:run
      - log:read
      - build:list
      - build:read
      - build:create
      - object:create
      - release:list
      - release:read
      - release:create
      - release:promote
      - release:run-any
      - rack:read
      - budget:read

  admin:
    description: Everything that is not blocked for everyone.
    permissions: ["*"]

  auditor:
    description: Reads the audit log, recordings and the policy, and nothing else.
    permissions:
      - gateway:self:read
      - gateway:self:write
      - gateway:policy:read
      - gateway:audit:read
      - gateway:recording:read

# Who may run which command. The first rule that matches decides; without one, a command is refused.
commands:
  # Services that accept "run" at all: never those that serve.
  services: [command]
  rules:
    pre-release:
      run: bin/pre_release
      roles: [deployer, ci, admin]
    verify-and-submit:
      run: run_as_deploy rake checks:verify_dns checks:generate_test_submission
      roles: [deployer, ci, admin]
    stripe-prepare:
      run: rake stripe:prepare
      roles: [deployer, ci, admin]
    rails-console:
      run: rails console
      roles: [admin]
    migrate-and-seed:
      run: rake db:migrate|db:seed
      roles: [admin]
    any-command:
      run: …
      services: ["*"]
      roles: [admin]

# What nobody does through the gateway, and the sentences to show.
blocked:
  PUT /system:
    reason: Racks are not changed through the gateway.
    next: &infrastructure That belongs to the infrastructure team, which does it with its Terraform access; ask them.
  POST /system/karpenter/cleanup:
    reason: Racks are not changed through the gateway.
    next: *infrastructure
  PUT /letsencrypt/config:
    reason: Racks are not changed through the gateway.
    next: *infrastructure
  POST /instances/keyroll:
    reason: Keys of instances are not replaced through the gateway, since the answer holds the private key.
    next: *infrastructure
  PUT /system/jwt/rotate:
    reason: The rack's own credentials would go past the gateway, its decisions and its records.
    next: *infrastructure
  POST /system/jwt/token:
    reason: The rack's own credentials would go past the gateway, its decisions and its records.
    next: *infrastructure
  ANY /v2/{path:.*}:
    reason: The gateway cannot judge what is inside of such calls, so it passes none.
    next: Push images by "convox build" or "convox builds import-image".
  ANY /custom/http/proxy/{path:.*}:
    reason: The gateway cannot judge what is inside of such calls, so it passes none.
    next: Ask the infrastructure team for what you need inside of the cluster.
  ANY /kubernetes/{path:.*}:
    reason: The gateway cannot judge what is inside of such calls, so it passes none.
    next: The infrastructure team has its own access to the cluster; ask them.
  POST /resources:
    reason: Resources of the rack itself are not changed through the gateway.
    next: *infrastructure
  PUT /resources/{name}:
    reason: Resources of the rack itself are not changed through the gateway.
    next: *infrastructure
  DELETE /resources/{name}:
    reason: Resources of the rack itself are not changed through the gateway.
    next: *infrastructure
  POST /resources/{name}/links:
    reason: Resources of the rack itself are not changed through the gateway.
    next: *infrastructure
  DELETE /resources/{name}/links/{app}:
    reason: Resources of the rack itself are not changed through the gateway.
    next: *infrastructure
  POST /events:
    reason: Events of the rack are the rack's own word, so nobody sends them through the gateway.
    next: Look at the audit log of the gateway for what was done through it.

# Names whose values are hidden from who may not read secrets. Letter case doesn't count.
secrets:
  environment:
    - "*PASSWORD*"
    - "*PASSWD*"
    - "*PASSPHRASE*"
    - "*_PASS"
    - "*_PWD"
    - "*SECRET*"
    - "*TOKEN*"
    - "*KEY*"
    - "*CREDENTIAL*"
    - "*PRIVATE*"
    - "*SALT*"
    - "*PEPPER*"
    - "*DSN*"
    - "*CONNECTION_STRING*"
    - "*WEBHOOK*"
    - DATABASE_URL
    - "*_DATABASE_URL"
  # Of racks and apps, beside those above.
  parameters: []

# Names that nobody changes through the gateway.
protected:
  environment: []
  parameters: []

# Values of parameters that the audit log holds; of all others, only the names. Those of secret names are held back whatever stands here.
audit:
  values:
    sizes:
      permissions: [service:scale, service:restart, process:run]
      parameters: [count, min, max, cpu, cpu-limit, memory, memory-limit, gpu, gpu-vendor, active, type, threshold]
    releases:
      permissions: [release:*, process:run, process:list]
      parameters: [release, build, parent-release, force, timeout, idle, min, max, development, service]
    builds:
      permissions: [build:create]
      parameters: [git-sha, manifest, no-cache, development, external, wildcard-domain, release, status, started, ended]
    apps:
      routes: [POST /apps, "PUT /apps/{app}", "PUT /apps/{app}/ssl/{service}/{port}"]
      parameters: [name, generation, timeout, lock, id]
    files:
      permissions: [process:file-read, process:file-write]
      parameters: [file, files]
    budgets:
      permissions: [budget:write]
      parameters:
        - monthly-cap-usd
        - alert-threshold-percent
        - at-cap-action
        - pricing-adjustment
        - force_clear_cooldown
        - reset_period
    rack:
      routes: [PUT /system]
      parameters: [count, force, type, version]

# Which sessions are recorded, where RECORDINGS says a store. The first rule that matches decides.
recordings:
  rules:
    every-session:
      mode: best-effort

# How long an API token lives: at most, and when nobody says. Rules narrow it by role and by permission.
tokens:
  max-age: 365d
  default-age: 90d
  rules: {}

# Hosts that "convox proxy" may reach beside the resources of an app.
proxy:
  hosts: []
`
