/** In order of importance: what a person asks about first. */
const abilities: readonly (readonly [ability: string, permissions: readonly string[]])[] = [
  ['deploy', ['release:promote']],
  ['build', ['build:create']],
  ['run commands', ['process:run', 'process:exec', 'process:exec-any']],
  ['change the environment', ['env:write', 'config:write']],
  ['see secrets', ['secret:read']],
  ['scale and restart', ['service:scale', 'service:restart', 'process:stop']],
  ['open resources', ['resource:proxy', 'resource:console', 'resource:export', 'resource:import']],
  ['delete the app', ['app:delete']],
  ['change the rack', ['rack:update', 'instance:terminate', 'registry:write']],
  ['grant roles', ['gateway:binding:write']],
  ['manage users', ['gateway:user:write']],
  ['read the audit log', ['gateway:audit:read']],
  ['see recordings', ['gateway:recording:read']],
]

/** What permissions are for, such as `Deploy, run commands`. Says `Read` if they only read, and is empty without any. */
export function abilitiesText(permissions: readonly string[]): string {
  if (permissions.length === 0) return ''
  const found = abilities.filter(([, any]) => any.some((permission) => permissions.includes(permission)))
  const text = found.length === 0 ? 'read' : found.map(([ability]) => ability).join(', ')
  return `${text[0]?.toUpperCase()}${text.slice(1)}`
}
