import { Unauthenticated } from '@rack-gateway/auth'
import { type Html, html, sendPage } from '@rack-gateway/auth/login'
import type { FastifyInstance } from 'fastify'
import { momentOf } from '../audit/call-event.ts'
import { ruleOf } from '../errors.ts'

export interface HomeOptions {
  readonly adminUsers: readonly string[]
  /** Without a path. Null: no identity provider is configured. */
  readonly publicUrl: string | null
}

/** The first page after a login: your roles and racks, or who can give you access. */
export default async function home(app: FastifyInstance, { adminUsers, publicUrl }: HomeOptions): Promise<void> {
  if (app.loginProvider === null || publicUrl === null) return
  app.get('/gateway/', async function showHome(request, reply) {
    try {
      await app.authenticateTokenOrCookie(request, reply)
    } catch (error) {
      if (!shouldLogIn(error)) throw error
      await app.limitUnauthenticated(request)
      return reply.header('cache-control', 'no-store').redirect('/gateway/auth/login', 303)
    }
    const { principal, csrfToken } = request
    if (!principal) throw new Error('authentication did not set a principal')
    const racks = app.policy.racksOf(principal, app.racks.names, momentOf(request, app.clock.now))
    const roles = [...new Set(principal.bindings.map(({ role }) => role))]
    const access =
      roles.length === 0
        ? html`<p>You have no role here yet, so you cannot use any rack. ${remedyFor(adminUsers)}</p>`
        : html`<dl>
<dt>Roles</dt><dd>${roles.join(', ')}</dd>
<dt>Racks</dt><dd>${racks.length === 0 ? 'none' : racks.join(', ')}</dd>
</dl>`
    const logout =
      csrfToken === null
        ? []
        : [
            html`<form method="post" action="/gateway/auth/logout"><input type="hidden" name="csrf_token" value="${csrfToken}"><button class="second">Log out</button></form>`,
          ]
    const [first] = racks
    const commands = first === undefined ? [] : [connectInstructions(publicUrl, racks, first)]
    return sendPage(reply, 200, `You are logged in as ${principal.name}`, html`${access}\n${commands}\n${logout}`)
  })
}

/** Further racks are summarized in one sentence. */
const maxLogins = 5

/** The commands to connect a terminal. */
function connectInstructions(publicUrl: string, racks: readonly string[], first: string): Html {
  const logins = racks.slice(0, maxLogins).map((rack) => html`rack-gateway login ${rack} ${publicUrl}\n`)
  const more =
    racks.length > maxLogins
      ? [html`<p class="soft">Run the same command with the name of each of your other racks.</p>\n`]
      : []
  return html`<h2>Connect your terminal</h2>
<pre><code>${logins}</code></pre>
${more}<h2>Run convox through the gateway</h2>
<pre><code>rack-gateway apps --rack ${first}</code></pre>
<h2>Or use convox by itself</h2>
<pre><code>export RACK_URL="$(rack-gateway url --rack ${first})"
convox apps</code></pre>
<p class="soft">RACK_URL contains your session token. Do not share it.</p>
<h2>Without rack-gateway</h2>
<p><a href="/gateway/convox">Log in with convox itself</a>, and select your racks by name.</p>
`
}

/** Whether to redirect to the login. A request with two credentials would be redirected endlessly. */
function shouldLogIn(error: unknown): boolean {
  return error instanceof Unauthenticated && ruleOf(error) !== 'two-credentials'
}

function remedyFor(adminUsers: readonly string[]): string {
  return adminUsers.length === 0
    ? 'Ask an administrator of this gateway for a role.'
    : `Ask for a role: ${adminUsers.join(', ')}.`
}
