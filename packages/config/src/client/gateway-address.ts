export type GatewayAddress =
  | { readonly origin: string; readonly problem: null }
  | { readonly origin: null; readonly problem: string }

/** The problem never quotes the address, because an address can contain a token. */
export function gatewayAddress(text: string): GatewayAddress {
  if (!/^https?:\/\//i.test(text)) return refuse('it should begin with https://, as https://gateway.example.com does')
  if (/[\s\\\p{Cc}]/u.test(text) || !URL.canParse(text)) return refuse('it is not a URL')
  if (text.includes('@')) return refuse('it contains credentials, which belong in --token')
  const url = new URL(text)
  if (url.pathname !== '/' || /[?#]/.test(text))
    return refuse('nothing may follow the host and port; a rack is chosen by its name')
  return { origin: url.origin, problem: null }
}

/** Whether a token sent to this address would leave the machine unencrypted. */
export function isUnencryptedRemote(origin: string): boolean {
  const { protocol, hostname } = new URL(origin)
  return (
    protocol === 'http:' && hostname !== 'localhost' && hostname !== '[::1]' && !/^127\.\d+\.\d+\.\d+$/.test(hostname)
  )
}

function refuse(problem: string): GatewayAddress {
  return { origin: null, problem }
}
