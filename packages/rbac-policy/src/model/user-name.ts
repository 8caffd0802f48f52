/** Such as `ann@example.com/accounts.google.com`, because two identity providers can know the same email address. */
export function userName({ email, issuer }: { readonly email: string; readonly issuer: string }): string {
  return `${email}/${issuerName(issuer)}`
}

/** An issuer without the scheme and the slash at its end, as people write issuers. */
export function issuerName(issuer: string): string {
  return issuer.replace(/^https?:\/\//, '').replace(/\/$/, '')
}

/** Parses a user: an email address, alone or with the issuer. Domains of addresses contain no slash. */
export function readUserName(text: string): { readonly email: string; readonly issuer: string | null } {
  const [, email = text, issuer = null] = /^([^@]+@[^/]+)\/(.+)$/s.exec(text) ?? []
  return { email: email.toLowerCase(), issuer: issuer === null ? null : issuerName(issuer.toLowerCase()) }
}
