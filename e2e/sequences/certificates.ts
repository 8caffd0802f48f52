import { selfSignedIdentity } from '@rack-gateway/testing/certificates'
import { get, post, put, remove, type Sequence, sequence, step, system, to, toAllButAdmin } from './sequence.ts'

const letsEncrypt = [
  get('/letsencrypt/config?'),
  step('PUT', '/letsencrypt/config?', { file: '{"role":"","solvers":[{"id":1,"dns-zones":["a.test"]}]}' }),
]
const letsEncryptRefused = { ...toAllButAdmin('GET /letsencrypt/config'), ...to('PUT /letsencrypt/config', 'admin') }

/** Certificates, the ports that they are bound to, and Let's Encrypt. */
export const certificateSequences: readonly Sequence[] = [
  sequence(
    'convox certs generate a.example.test b.example.test',
    [post('/certificates/generate?', { domains: 'a.example.test,b.example.test' }, { keep: { certificate: 'id' } })],
    toAllButAdmin('POST /certificates/generate'),
  ),
  sequence(
    'convox certs renew -a {certificate}',
    [post('/certificates/{certificate}/renew?')],
    toAllButAdmin('POST /certificates/{certificate}/renew'),
  ),
  sequence(
    'convox certs delete {certificate}',
    [remove('/certificates/{certificate}?')],
    toAllButAdmin('DELETE /certificates/{certificate}'),
  ),
  sequence(
    'convox certs import rack.pem rack.key',
    [system, post('/certificates?', { pub: selfSignedIdentity.cert, key: selfSignedIdentity.key, chain: '' })],
    toAllButAdmin('POST /certificates'),
    { needs: 'files with a certificate' },
  ),
  sequence('convox ssl', [system, get('/apps/myapp/services?'), get('/certificates?')], to('GET /certificates', 'ci')),
  sequence(
    'convox ssl update web:443 cert-1',
    [get('/apps/myapp?'), put('/apps/myapp/ssl/web/443?', { id: 'cert-1' }), get('/apps/myapp?')],
    to('PUT /apps/myapp/ssl/web/443', 'viewer', 'ops', 'ci'),
  ),
  sequence(
    'convox letsencrypt dns route53 list',
    [get('/letsencrypt/config?')],
    toAllButAdmin('GET /letsencrypt/config'),
  ),
  sequence(
    'convox letsencrypt dns route53 add --id 1 --dns-zones a.test --role arn:x',
    letsEncrypt,
    letsEncryptRefused,
  ),
  sequence(
    'convox letsencrypt dns route53 update --id 1 --dns-zones b.test --role arn:x',
    letsEncrypt,
    letsEncryptRefused,
  ),
  sequence('convox letsencrypt dns route53 role arn:y', letsEncrypt, letsEncryptRefused, {
    needs: 'its flags, which the contract does not have',
  }),
  sequence('convox letsencrypt dns route53 delete --id 1', letsEncrypt, letsEncryptRefused),
]
