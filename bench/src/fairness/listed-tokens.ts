/** Creates API tokens of the caller until the caller has `count`, at most 200. */
export async function createTokens(url: string, token: string, count: number): Promise<void> {
  const tokens = `${url}/gateway/api/v1/tokens`
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const list = await fetch(`${tokens}?limit=200`, { headers })
  const { items } = (await list.json()) as { items: unknown[] }
  for (let existing = items.length; existing < count; existing++) {
    const body = JSON.stringify({ name: `listed ${existing}`, role: 'viewer' })
    const response = await fetch(tokens, { method: 'POST', headers, body })
    await response.arrayBuffer()
    if (response.status !== 201) throw new Error(`The gateway did not create a token: status ${response.status}.`)
  }
}
