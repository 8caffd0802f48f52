/** Tokens are printable ASCII without spaces. For other header values, Node throws an error that contains the value. */
export function isTokenText(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text)
}
