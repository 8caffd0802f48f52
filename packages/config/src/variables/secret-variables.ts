const secretNames: ReadonlySet<string> = new Set([
  'APP_SECRET_KEY',
  'AUDIT_SIGNING_KEY',
  'AUDIT_CHECKPOINT_WEBHOOK',
  'GOOGLE_CLIENT_SECRET',
  'OIDC_CLIENT_SECRET',
  'DATABASE_URL',
  'DATABASE_OWNER_URL',
])

/** The address of a sink is a secret, because some receivers require no other credential. */
const secretPrefixes = ['RACK_TOKEN_', 'AUDIT_SINK_URL_', 'AUDIT_SINK_SECRET_', 'AUDIT_SINK_HEADER_']

export function isSecretVariable(variable: string): boolean {
  return secretNames.has(variable) || secretPrefixes.some((prefix) => variable.startsWith(prefix))
}
