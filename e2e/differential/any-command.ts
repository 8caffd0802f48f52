import fc from 'fast-check'

const run = fc.constantFrom(
  'rake db:migrate',
  'bin/pre_release',
  'bin/pre_release',
  'ls',
  'rake',
  'sh -c ls',
  '"',
  'sleep 10',
)
const service = fc.constantFrom('command', 'web', 'worker', 'build')
const plain = [
  'apps',
  'apps info',
  'apps lock',
  'apps cancel',
  'apps delete',
  'apps params',
  'apps params set A=b',
  'apps create new',
  'balancers',
  'budget',
  'builds',
  'builds info B1',
  'builds logs B1',
  'builds export B1 -f x.tgz',
  'certs',
  'configs',
  'cost',
  'deploy',
  'deploy-debug',
  'build',
  'env',
  'env get A',
  'env set A=b',
  'env set PINNED=1 --promote',
  'env unset A',
  'env edit',
  'instances',
  'instances terminate i-1',
  'letsencrypt dns route53 list',
  'logs',
  'logs -s web',
  'ps',
  'rack',
  'rack logs',
  'rack params set a=b',
  'rack ps',
  'rack releases',
  'rack scale -c 4',
  'registries',
  'registries remove r.example.com',
  'releases',
  'releases info R1',
  'releases manifest R1',
  'releases promote',
  'releases promote R1',
  'releases rollback R1',
  'resources',
  'resources info db',
  'resources url db',
  'resources export db -f x',
  'restart',
  'scale',
  'scale web --count 2',
  'services',
  'services restart web',
  'ssl',
  'api get /apps',
  'api get /system',
] as const

/** A convox command, as its words. Processes are of a few kinds; some belong to the caller. @param processes IDs that exist */
export function anyCommand(processes: readonly string[]): fc.Arbitrary<string[]> {
  const process = fc.constantFrom(...processes, 'web', 'build', 'no-such')
  const app = fc.constantFrom('myapp', 'otherapp', 'no-such')
  const words = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...plain).map((text) => text.split(' ')) },
    { weight: 5, arbitrary: fc.tuple(process, run).map(([pid, text]) => ['exec', pid, text]) },
    {
      weight: 3,
      arbitrary: fc.tuple(runFlags, service, run).map(([flags, name, text]) => ['run', ...flags, name, text]),
    },
    { weight: 1, arbitrary: process.map((pid) => ['ps', 'stop', pid]) },
    { weight: 1, arbitrary: process.map((pid) => ['ps', 'info', pid]) },
    { weight: 1, arbitrary: process.map((pid) => ['cp', `${pid}:/tmp/x`, '.']) },
    { weight: 1, arbitrary: process.map((pid) => ['cp', '.', `${pid}:/tmp/x`]) },
  )
  return fc.tuple(words, app).map(([typed, name]) => (ofRack.has(typed[0] ?? '') ? typed : [...typed, '-a', name]))
}

/** Their first words; flags of the others may stand anywhere. */
const ofRack = new Set(['apps', 'certs', 'instances', 'letsencrypt', 'rack', 'registries', 'api'])

const runFlags = fc.constantFrom(
  [],
  ['--detach'],
  ['--detach', '--release', 'R1'],
  ['--release', 'R1'],
  ['--node-labels', 'a=b'],
)
