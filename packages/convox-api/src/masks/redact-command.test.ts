import { describe, expect, test } from 'vitest'
import { redactCommand } from './redact-command.ts'
import { isSecretKey } from './secret-keys.ts'

const view = {
  isSecret: (name: string) => isSecretKey(name, ['*PASSWORD*', '*TOKEN*', '*KEY*']),
  rackToken: 'rack-t0ken',
}

function redact(...argv: string[]): readonly string[] {
  return redactCommand(argv, view)
}

test.each<[string[], string[]]>([
  [
    ['env', 'FOO_TOKEN=s3cret', 'rake', 'x'],
    ['env', 'FOO_TOKEN=[hidden]', 'rake', 'x'],
  ],
  [
    ['env', 'A=1', 'B_PASSWORD=two words; and more'],
    ['env', 'A=1', 'B_PASSWORD=[hidden]'],
  ],
  [
    ['deploy', '--api-key=s3cret', '-password=x'],
    ['deploy', '--api-key=[hidden]', '-password=[hidden]'],
  ],
  [
    ['env', 'api_token=a=b'],
    ['env', 'api_token=[hidden]'],
  ],
  [
    ['env', 'TOKEN+=s3cret'],
    ['env', 'TOKEN+=[hidden]'],
  ],
  [
    ['psql', 'postgres://u:s3cret@db/x'],
    ['psql', 'postgres://u:[hidden]@db/x'],
  ],
  [
    ['curl', 'https://convox:rack-t0ken@rack/apps'],
    ['curl', 'https://convox:[hidden]@rack/apps'],
  ],
  [
    ['echo', 'xrack-t0keny'],
    ['echo', 'x[rack token]y'],
  ],
  [
    ['load', '-----BEGIN PRIVATE KEY-----\nabc'],
    ['load', '[hidden]'],
  ],
  [
    ['sh', '-c', 'A_TOKEN=s3cret rake db:drop; ls'],
    ['sh', '-c', 'A_TOKEN=[hidden] rake db:drop; ls'],
  ],
  [
    ['bash', '-lc', '--', "A_TOKEN='a b'c;evil"],
    ['bash', '-lc', '--', 'A_TOKEN=[hidden];evil'],
  ],
  [
    ['ruby', '-e', 'x("A_KEY=s3cret", 1); evil'],
    ['ruby', '-e', 'x("A_KEY=[hidden]", 1); evil'],
  ],
  [["A_TOKEN='never ends evil"], ['A_TOKEN=[hidden]']],
  [
    ['sh', '-c', 'x A_TOKEN="a\\" b" y'],
    ['sh', '-c', 'x A_TOKEN=[hidden] y'],
  ],
  [
    ['sh', '-c', 'A_TOKEN=1 B_TOKEN=2|C_KEY=3'],
    ['sh', '-c', 'A_TOKEN=[hidden] B_TOKEN=[hidden]|C_KEY=[hidden]'],
  ],
  [
    ['echo', '-----BEGIN', 'RSA', 'PRIVATE', 'KEY-----', 'MIIE', 'ABC=', '-----END', 'RSA', 'PRIVATE', 'KEY-----', 'x'],
    ['echo', ...Array<string>(10).fill('[hidden]'), 'x'],
  ],
  [
    ['sh', '-c', 'echo "-----BEGIN KEY-----\nMIIE\n-----END KEY-----"; evil'],
    ['sh', '-c', 'echo "[hidden]"; evil'],
  ],
  [
    ['load', 'a-----BEGIN KEY-----\nMIIE\n-----END KEY-----', 'A_TOKEN=x'],
    ['load', 'a[hidden]', 'A_TOKEN=[hidden]'],
  ],
  [
    ['psql', 'postgres://u:pa/ss@db/x'],
    ['psql', 'postgres://u:[hidden]@db/x'],
  ],
  [
    ['redis-cli', '-u', 'redis://:p#w@h'],
    ['redis-cli', '-u', 'redis://:[hidden]@h'],
  ],
  [
    ['docker', 'run', '--env=DB_PASSWORD=ab&cd'],
    ['docker', 'run', '--env=DB_PASSWORD=[hidden]'],
  ],
  [
    ['rake', 'users:create[PASSWORD=ab;cd]'],
    ['rake', 'users:create[PASSWORD=[hidden]'],
  ],
  [
    ['sh', '-c', '"x=1 DB_PASSWORD=hun ter2"; ls'],
    ['sh', '-c', '"x=1 DB_PASSWORD=[hidden]"; ls'],
  ],
  [
    ['sh', '-c', "DB_PASSWORD=$'a\\'b c'; ls"],
    ['sh', '-c', 'DB_PASSWORD=[hidden]; ls'],
  ],
  [
    ['sh', '-c', 'DB_PASSWORD=$(echo (a) hunter2)x `b`; A_KEY=`echo 1 2` ls'],
    ['sh', '-c', 'DB_PASSWORD=[hidden] `b`; A_KEY=[hidden] ls'],
  ],
  [
    ['sh', '-c', 'x \'A_TOKEN=a b\\\' && "B_KEY=c d" && evil'],
    ['sh', '-c', 'x \'A_TOKEN=[hidden]\' && "B_KEY=[hidden]" && evil'],
  ],
  [
    ['mysql', '-u', 'root', '-phunter2', '-P', '3306', 'db'],
    ['mysql', '-u', 'root', '-p[hidden]', '-P', '3306', 'db'],
  ],
  [
    ['/usr/bin/mysqldump', '--password', 'hunter2', 'db'],
    ['/usr/bin/mysqldump', '--password', '[hidden]', 'db'],
  ],
  [
    ['mongosh', '-p', 'hunter2', '--host', 'h'],
    ['mongosh', '-p', '[hidden]', '--host', 'h'],
  ],
  [
    ['redis-cli', '-a', 'hunter2', '--pass=hunter2', 'KEYS', '*'],
    ['redis-cli', '-a', '[hidden]', '--pass=[hidden]', 'KEYS', '*'],
  ],
  [
    ['docker', 'login', '-u', 'me', '-p', 'hunter2', 'registry'],
    ['docker', 'login', '-u', 'me', '-p', '[hidden]', 'registry'],
  ],
  [
    ['curl', '-u', 'me:hunter2', '-H', 'Authorization: Bearer hunter2', 'https://a/b'],
    ['curl', '-u', '[hidden]', '-H', 'Authorization: Bearer [hidden]', 'https://a/b'],
  ],
  [
    ['sshpass', '-phunter2', 'ssh', 'host'],
    ['sshpass', '-p[hidden]', 'ssh', 'host'],
  ],
  [
    ['echo', `x-rgs_${'a1B2c3'.repeat(10)}aaa`, 'y'],
    ['echo', 'x-rgs_[hidden]', 'y'],
  ],
  [["mysql -p'hun ter2' db; ls -phunter"], ['mysql -p[hidden] db; ls -phunter']],
  [['mysql -phun\\ ter2 db'], ['mysql -p[hidden] db']],
  [[`sh -c "mysql -p'a b' && ls"`], ['sh -c "mysql -p[hidden] && ls"']],
  [["sh -c 'exec mongodump --password  hunter2 && ls'"], ["sh -c 'exec mongodump --password  [hidden] && ls'"]],
  [
    ['x; PGPASSWORD=hunter2 psql; redis-cli -a "hunter 2" GET a'],
    ['x; PGPASSWORD=[hidden] psql; redis-cli -a [hidden] GET a'],
  ],
  [
    ['sh', '-c', 'curl -H "authorization: hunter2" a'],
    ['sh', '-c', 'curl -H "authorization: [hidden]" a'],
  ],
])('%j is redacted as %j', (argv, shown) => {
  expect(redact(...argv)).toEqual(shown)
})

describe('other text stays unchanged', () => {
  test.each([
    [['rake', 'db:migrate', 'STEP=1']],
    [['env', 'FOO_TOKEN=', 'rake']],
    [['docker', 'run', '-p', '80:80', 'web']],
    [['mysql', '-p', 'database']],
    [['psql', '-p', '5432']],
    [['mysql; ls -plain x']],
    [['echo', 'authorization']],
    [['echo', '=TOKEN=', '==', '-=', '']],
    [['echo', 'TOKEN', 'a.b', '1=2']],
  ])('%j', (argv) => {
    expect(redactCommand(argv, view)).toBe(argv)
  })
})

test('the output does not depend on the secret or its length', () => {
  expect(redact('env', 'A_TOKEN=x')).toEqual(redact('env', `A_TOKEN=${'y'.repeat(500)}`))
})

test('the time is bounded for hostile commands', () => {
  for (const word of [
    'mysql -p'.repeat(25_000),
    "mysql -p'".repeat(22_000),
    'mongosh -p $('.repeat(15_000),
    'redis-cli -a '.repeat(15_000),
    'authorization: '.repeat(13_000),
    '`'.repeat(200_000),
    '$('.repeat(100_000),
    'A_KEY=$('.repeat(25_000),
    'A_KEY=`'.repeat(28_000),
    '-----BEGIN'.repeat(20_000),
    '-----BEGIN-----END-----'.repeat(9_000),
    'a'.repeat(200_000),
    'a='.repeat(100_000),
    'TOKEN='.repeat(40_000),
    '='.repeat(200_000),
  ]) {
    const before = process.cpuUsage()
    redact('sh', '-c', word)
    redact('env', word)
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000)
  }
})
