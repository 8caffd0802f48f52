/** The value of an `Authorization` header with the token as the password, as the convox CLI sends it. */
export function basicAuthorization(token: string, username = 'convox'): string {
  return basicAuthorizationOf(`${username}:${token}`)
}

/** Encodes any text or bytes, even if they are not a user name and a password. */
export function basicAuthorizationOf(userAndPassword: string | Buffer): string {
  return `Basic ${Buffer.from(userAndPassword).toString('base64')}`
}
