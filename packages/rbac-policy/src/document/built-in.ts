/** The policy of a gateway that has no policy document. */
export const builtInText = `version: 1

# The permissions of each role. "*" stands for a whole part of a permission.
roles:
  viewer:
    description: Sees apps, processes, logs, and releases, but no value of an environment.
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
    description: "Keeps apps running: scales, restarts, stops, and locks them."
    permissions:
      - gateway:self:read
      - gateway:self:write
      - gateway:policy:read
      - gateway:health:read
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
    description: Builds, releases, and configures apps, and runs what the command rules allow.
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
    description: "Ships what is in git. Makes builds, makes and promotes releases that do not change the environment, and executes only in processes that it started."
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
    description: Reads the audit log, recordings, live calls, access requests, the policy, and the health of the gateway. Changes only its own sessions and tokens.
    permissions:
      - gateway:self:read
      - gateway:self:write
      - gateway:policy:read
      - gateway:audit:read
      - gateway:recording:read
      - gateway:live-call:read
      - gateway:access-request:read
      - gateway:health:read

# Which roles can run which commands. Any matching rule allows a command. Without a rule, a command is denied.
commands:
  # Services that accept "run". Never add services that serve requests.
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

# Operations that are denied to everyone, with the reason and the remedy.
blocked:
  PUT /system:
    reason: Racks are not changed through the gateway.
    next: &infrastructure Ask the infrastructure team, which makes such changes with Terraform.
  POST /system/karpenter/cleanup:
    reason: Racks are not changed through the gateway.
    next: *infrastructure
  PUT /letsencrypt/config:
    reason: Racks are not changed through the gateway.
    next: *infrastructure
  POST /instances/keyroll:
    reason: Keys of instances are not replaced through the gateway, because the response contains the private key.
    next: *infrastructure
  PUT /system/jwt/rotate:
    reason: The rack's own credentials would bypass the decisions and the audit log of the gateway.
    next: *infrastructure
  POST /system/jwt/token:
    reason: The rack's own credentials would bypass the decisions and the audit log of the gateway.
    next: *infrastructure
  ANY /v2/{path:.*}:
    reason: The gateway cannot check the content of such calls, so it denies them.
    next: Push images with "convox build" or "convox builds import-image".
  ANY /custom/http/proxy/{path:.*}:
    reason: The gateway cannot check the content of such calls, so it denies them.
    next: Ask the infrastructure team for access to the cluster.
  ANY /kubernetes/{path:.*}:
    reason: The gateway cannot check the content of such calls, so a file of "convox rack kubeconfig" does not work.
    next: Use convox, or ask the infrastructure team, which has its own access to the cluster.
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
    reason: Only the rack itself may send its events, so the gateway denies this call.
    next: Read the audit log of the gateway.

# Names whose values are hidden without the permission secret:read. Letter case does not matter.
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
  # Further parameters of racks and apps.
  parameters: []

# Names that nobody can change through the gateway.
protected:
  environment: []
  parameters: []

# Parameters whose values are in the audit log. Of other parameters, it has only the names. It has no secret values.
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

# Which sessions are recorded, if RECORDINGS names a store. The first matching rule decides.
recordings:
  rules:
    every-session:
      mode: best-effort

# The maximum and the default lifetime of API tokens. Rules shorten it for roles and permissions.
tokens:
  maxAge: 365d
  defaultAge: 90d
  rules: {}

# Hosts that "convox proxy" can reach besides the resources of an app.
proxy:
  hosts: []
`
