import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type Provider from 'oidc-provider'
import type { DemoUser } from './users.ts'

const path = /^\/choose\/[\w-]+$/

/** @returns whether the request was for the form */
export async function chooseUser(
  provider: Provider,
  users: readonly DemoUser[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (!path.test(request.url ?? '')) return false
  if (request.method === 'POST') {
    const chosen = new URLSearchParams(await text(request)).get('user')
    const user = users.find(({ id }) => id === chosen)
    const result = user
      ? { login: { accountId: user.id }, consent: {}, select_account: {} }
      : { error: 'access_denied', error_description: 'nobody was chosen' }
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
    return true
  }
  const { uid } = await provider.interactionDetails(request, response)
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    .end(form(uid, users))
  return true
}

function form(uid: string, users: readonly DemoUser[]): string {
  const buttons = users.map(
    ({ id, email, about }) => `<p><button name="user" value="${id}">${email}</button> <small>${about}</small></p>`,
  )
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Demo identity provider</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 10vh auto; padding: 0 1rem } button { font: inherit; padding: .4rem .8rem; min-width: 16rem }</style>
<h1>Who are you today?</h1>
<p>This is the demo’s identity provider: nobody needs a password.</p>
<form method="post" action="/choose/${uid}">
${buttons.join('\n')}
<p><button name="user" value="">none of them</button> <small>cancels the login</small></p>
</form>
</html>
`
}
