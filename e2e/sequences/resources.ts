import {
  get,
  machines,
  racks,
  type Sequence,
  sequence,
  socket,
  step,
  to,
  toAllButAdmin,
  toEverybody,
} from './sequence.ts'

const database = '/apps/myapp/resources/database'
const proxied = '/proxy/resource-database.rack1-myapp.svc.cluster.local/5432'
const listens = { needs: 'an end: it listens until it is interrupted' }

/** Resources of an app, and the ways to them. */
export const resourceSequences: readonly Sequence[] = [
  sequence('convox resources url database', [get(`${database}?`)], to(`GET ${database}`, 'ci')),
  sequence(
    'convox resources export database -f data.bin',
    [get(`${database}/data?`)],
    toAllButAdmin(`GET ${database}/data`),
  ),
  sequence(
    'convox resources import database -f convox.yml',
    [step('PUT', `${database}/data?`, { file: 'any data', headers: { 'Transfer-Encoding': 'chunked' } })],
    toAllButAdmin(`PUT ${database}/data`),
  ),
  sequence(
    'convox resources console database',
    [machines, socket(`${database}/console`)],
    toAllButAdmin(`GET ${database}/console`),
    { stdin: 'select 1\n' },
  ),
  sequence(
    'convox resources proxy database',
    [get(`${database}?`), racks, socket(proxied)],
    { ...to(`GET ${proxied}`, 'viewer'), ...to(`GET ${database}`, 'ci') },
    listens,
  ),
  sequence(
    'convox proxy 15432:db.internal:5432',
    [racks, socket('/proxy/db.internal/5432')],
    toEverybody('GET /proxy/db.internal/5432'),
    listens,
  ),
]
