import { html, sendPage } from '@rack-gateway/auth/login'
import fp from 'fastify-plugin'

export default fp(
  async function rootPage(app) {
    // `server.ts` routes `/` here only for browsers.
    for (const address of ['/', '/gateway'])
      app.get(address, async function goHome(request, reply) {
        await app.limitUnauthenticated(request)
        return reply.redirect('/gateway/', 303)
      })
    if (app.loginProvider !== null) return
    app.get('/gateway/', async function explainLogin(request, reply) {
      await app.limitUnauthenticated(request)
      return sendPage(reply, 200, 'Login with a browser is not set up', explanation)
    })
  },
  {
    encapsulate: true,
    name: 'root-page',
    dependencies: ['login-provider', 'unauthenticated-limit'],
  },
)

const explanation = html`<p>This is a Rack Gateway. No identity provider is configured, so you cannot log in here.</p>
<h2>If you have a token</h2>
<pre><code>rack-gateway login NAME ADDRESS --token TOKEN
rack-gateway apps</code></pre>
<p>ADDRESS is the address of this page without its path. If you have no token, ask an administrator of the gateway.</p>
<h2>If you run this gateway</h2>
<p>Set <code>PUBLIC_URL</code>, and the client ID and secret from your identity provider: <code>GOOGLE_CLIENT_ID</code> and <code>GOOGLE_CLIENT_SECRET</code>, or <code>OIDC_ISSUER</code>, <code>OIDC_CLIENT_ID</code>, and <code>OIDC_CLIENT_SECRET</code>. Then start the gateway again.</p>`
