/** The newest and the oldest page, and filters that match many, few, and no events. */
export function auditViews(from: Date, to: Date): readonly string[] {
  const all = ''
  const oldest = `to:${new Date(from.getTime() + 60_000).toISOString()}`
  const day = `from:${new Date(to.getTime() - 86_400_000).toISOString()} to:${to.toISOString()}`
  return [
    all,
    oldest,
    day,
    'actor:person-7@example.com',
    'actor:person-999@example.com',
    'rack:production',
    'app:rare-app',
    '-kind:call',
    'permission:secret:read',
    'result:deny',
    '-result:allow -rule:no-permission',
    'status:5xx',
    'command:"rake secrets:rotate"',
    'text:nosuchword',
    'address:10.7.3.0/24',
  ]
}
