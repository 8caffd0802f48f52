const texts: Readonly<Record<string, string>> = {
  passkey: 'passkey',
  totp: 'authenticator app',
  'backup-code': 'backup code',
}

/** A kind of second factor, or a method of a proof, in words. */
export function kindText(kind: string): string {
  return texts[kind] ?? kind
}
