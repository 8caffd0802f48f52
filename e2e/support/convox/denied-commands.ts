export const roles = ['viewer', 'ops', 'deployer', 'ci', 'admin'] as const
export type Role = (typeof roles)[number]

const run = 'POST /apps/myapp/services/command/processes'
const exec = 'GET /apps/myapp/processes/*'
function everybody(where: string): Record<Role, string> {
  return { ...allButAdmin(where), admin: where }
}
function allButAdmin(where: string) {
  return { viewer: where, ops: where, deployer: where, ci: where }
}

/**
 * The first denied request of each recorded command, by role. Roles that are not listed can run the command.
 * Transcribed from the table of roles, not derived from the code.
 */
export const refusals: Readonly<Record<string, Partial<Record<Role, string>>>> = {
  'convox rack ps': { ci: 'GET /system/processes' },
  'convox rack params set idle_timeout=1800': everybody('PUT /system'),
  'convox apps lock': { viewer: 'PUT /apps/myapp', ci: 'PUT /apps/myapp' },
  'convox apps create thirdapp': allButAdmin('POST /apps'),
  'convox apps delete thirdapp': allButAdmin('DELETE /apps/thirdapp'),
  'convox ps stop worker-47wigsey8-ppciu': {
    viewer: 'DELETE /apps/myapp/processes/*',
    ci: 'DELETE /apps/myapp/processes/*',
  },
  'convox run command bin/pre_release': { viewer: run, ops: run },
  'convox run command run_as_deploy rake checks:verify_dns checks:generate_test_submission': { viewer: run, ops: run },
  'convox run --detach command rake stripe:prepare': { viewer: run, ops: run },
  'convox run command cat': { viewer: run, ops: run, deployer: exec, ci: exec },
  'convox run command exit 7': { viewer: run, ops: run, deployer: exec, ci: exec },
  'convox exec web-3ks9bivoi-sarri echo hi': allButAdmin(exec),
  'convox exec web-3ks9bivoi-sarri exit 3': allButAdmin(exec),
  'convox exec web env': allButAdmin(exec),
  'convox env set FOO=bar BAZ="a b"': {
    viewer: 'POST /apps/myapp/releases',
    ops: 'POST /apps/myapp/releases',
    ci: 'POST /apps/myapp/releases',
  },
  'convox env unset FOO': {
    viewer: 'POST /apps/myapp/releases',
    ops: 'POST /apps/myapp/releases',
    ci: 'POST /apps/myapp/releases',
  },
  'convox releases promote': {
    viewer: 'POST /apps/myapp/releases/*/promote',
    ops: 'POST /apps/myapp/releases/*/promote',
  },
  'convox build -d "my build"': { viewer: 'POST /apps/myapp/objects/*', ops: 'POST /apps/myapp/objects/*' },
  'convox deploy -d "my deploy"': { viewer: 'POST /apps/myapp/objects/*', ops: 'POST /apps/myapp/objects/*' },
  'convox services restart web': { viewer: 'POST /apps/myapp/services/*', ci: 'POST /apps/myapp/services/*' },
  'convox restart': { viewer: 'POST /apps/myapp/services/*', ci: 'POST /apps/myapp/services/*' },
  'convox scale web --count 3': { viewer: 'PUT /apps/myapp/services/web', ci: 'PUT /apps/myapp/services/web' },
  'convox resources': { ci: 'GET /apps/myapp/resources' },
  'convox resources info database': { ci: 'GET /apps/myapp/resources/database' },
  'convox instances': { ci: 'GET /instances' },
  'convox registries': { viewer: 'GET /registries', ci: 'GET /registries' },
  'convox certs': { ci: 'GET /certificates' },
  'convox configs': { viewer: 'GET /apps/myapp/configs', ci: 'GET /apps/myapp/configs' },
  'echo copied > f.txt; convox cp f.txt web-3ks9bivoi-sarri:/app/f.txt; convox cp web-3ks9bivoi-sarri:/app/f.txt back.txt':
    allButAdmin('POST /apps/myapp/processes/*'),
}
