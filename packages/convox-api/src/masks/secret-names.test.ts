import { describe, expect, test } from 'vitest'
import { typicalSecretPatterns } from '../testing/secret-patterns.ts'
import { redactCommand } from './redact-command.ts'
import { isSecretKey } from './secret-keys.ts'
import { shortestCredential } from './secret-names.ts'

const view = { isSecret: (name: string) => isSecretKey(name, typicalSecretPatterns), rackToken: 'rack-t0ken' }
const redact = (...argv: string[]) => redactCommand(argv, view)

describe('secrets of any command', () => {
  // Words that a shell has already split.
  test.each<[string[], string[]]>([
    [
      ['foo', '--token', 'V', 'x'],
      ['foo', '--token', '[hidden]', 'x'],
    ],
    [
      ['psql', '--password', 'V', 'db'],
      ['psql', '--password', '[hidden]', 'db'],
    ],
    [
      ['x', '--db-pass', 'V'],
      ['x', '--db-pass', '[hidden]'],
    ],
    [
      ['x', '--db-pass=V'],
      ['x', '--db-pass=[hidden]'],
    ],
    [
      ['x', '--dbPass', 'V', '-token', 'V', '--pass', 'V', '--api-key', 'V', '--apikey', 'V'],
      [
        'x',
        '--dbPass',
        '[hidden]',
        '-token',
        '[hidden]',
        '--pass',
        '[hidden]',
        '--api-key',
        '[hidden]',
        '--apikey',
        '[hidden]',
      ],
    ],
    [
      ['x', '--token', '--port', '3000'],
      ['x', '--token', '--port', '3000'],
    ],
    [
      ['x', '--token', '--password', 'V'],
      ['x', '--token', '--password', '[hidden]'],
    ],
    [
      ['curl', '-H', 'X-Api-Key: V W', '-HX-Auth-Token:V', 'https://h/'],
      ['curl', '-H', 'X-Api-Key: [hidden]', '-HX-Auth-Token:[hidden]', 'https://h/'],
    ],
    [
      ['curl', '-H', 'Cookie: a=V; b=V', '-d', '{"password":"V W\\" V","port":3000}'],
      ['curl', '-H', 'Cookie: [hidden]', '-d', '{"password":[hidden],"port":3000}'],
    ],
    [
      ['x', '{"pin_password": 1234, "port": 3000}', '{"Authorization":"Bearer V"}', '{"tokens":["V","W"]}'],
      ['x', '{"pin_password": [hidden], "port": 3000}', '{"Authorization":[hidden]}', '{"tokens":[hidden]'],
    ],
    [
      ['x', "password: 'V'", 'PASSWORD:V', 'port: 1', "{'password'=>'V'}"],
      ['x', 'password: [hidden]', 'PASSWORD:[hidden]', 'port: 1', "{'password'=>[hidden]}"],
    ],
    [
      ['ssh', 'host', 'deploy --token V now'],
      ['ssh', 'host', 'deploy --token [hidden] now'],
    ],
    [
      ['x', 'AKIAIOSFODNN7EXAMPLE', `sk_${'live'}_4eC39HqLyjWDarjtT1zdp7dc`, `(ghp_${'aB1'.repeat(12)})`],
      ['x', 'AKIA[hidden]', 'sk_live_[hidden]', '(ghp_[hidden])'],
    ],
    [
      ['x', 'glpat-abcDEF123456789012345', `xox${'b'}-1234567890-abcdef`, 'eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl'],
      ['x', 'glpat-[hidden]', 'xoxb-[hidden]', 'eyJ[hidden]'],
    ],
  ])('%j is redacted as %j', (argv, shown) => {
    expect(redact(...argv)).toEqual(shown)
  })

  // One text that a shell will read.
  test.each([
    ['foo --token V; ls', 'foo --token [hidden]; ls'],
    ['psql --password "V W" db', 'psql --password [hidden] db'],
    ['psql "--password" V db', 'psql "--password" [hidden] db'],
    ['psql "--password"=V db', 'psql "--password"=[hidden] db'],
    ["psql --pass'word'=V db", "psql --pass'word'=[hidden] db"],
    ["psql --'password' 'V W' db", "psql --'password' [hidden] db"],
    ['psql --pass\\word V db', 'psql --pass\\word [hidden] db'],
    ['x --token \\\n V -p', 'x --token \\\n [hidden] -p'],
    ['x --db-pass V --port 3000', 'x --db-pass [hidden] --port 3000'],
    ['x --db-pass=V --port=3000', 'x --db-pass=[hidden] --port=3000'],
    ['redis-cli "-a" V GET a', 'redis-cli "-a" [hidden] GET a'],
    ["curl -H'Cookie: V; W' '-HCookie: V' h", "curl -H'Cookie: [hidden]' '-HCookie: [hidden]' h"],
    ['x "--token" "V W" "--pass=V W" y', 'x "--token" [hidden] "--pass=[hidden]" y'],
    [`curl -d '{"my token":"V"}' h`, `curl -d '{"my token":[hidden]}' h`],
    ['x --token $(cat /v V) y', 'x --token [hidden] y'],
    ['sh -c "x --token V && ls"', 'sh -c "x --token [hidden] && ls"'],
    ['sh -c "x --token \'V W\' && ls"', 'sh -c "x --token [hidden] && ls"'],
    ['curl -H "X-Api-Key: V W" h && ls', 'curl -H "X-Api-Key: [hidden]" h && ls'],
    ["curl -H 'X-Api-Key:V' h", "curl -H 'X-Api-Key:[hidden]' h"],
    ['curl -H X-Api-Key:\\ V h', 'curl -H X-Api-Key:[hidden] h'],
    ['sh -c "curl -H \'X-Api-Key: V W\' h; ls"', 'sh -c "curl -H \'X-Api-Key: [hidden]\' h; ls"'],
    [`curl -d '{"password":"V W","a":1}' h`, `curl -d '{"password":[hidden],"a":1}' h`],
    ['curl -d "{\\"password\\": \\"V W\\"}" h', 'curl -d "{\\"password\\": [hidden]}" h'],
    ["x password: 'V W' y", 'x password: [hidden] y'],
    ['x PASSWORD:V y', 'x PASSWORD:[hidden] y'],
    ['ruby -e "login(password: \'V W\', port: 1)"', 'ruby -e "login(password: [hidden], port: 1)"'],
    [`x AKIAIOSFODNN7EXAMPLE;sk_${'live'}_4eC39HqLyjWDarjtT1zdp7dc`, 'x AKIA[hidden];sk_live_[hidden]'],
  ])('%s is redacted as %s', (text, shown) => {
    expect(redact(text)).toEqual([shown])
    expect(redact(shown)).toEqual([shown])
  })

  test('`tokenizer` is secret only by the policy', () => {
    expect(redact('x', '--tokenizer', 'y', '--tokenizer=y')).toEqual([
      'x',
      '--tokenizer',
      '[hidden]',
      '--tokenizer=[hidden]',
    ])
    const argv = ['x', '--tokenizer', 'y', '--tokenizer=y', '--token', 'V']
    const shown = [...argv.slice(0, 5), '[hidden]']
    expect(redactCommand(argv, { isSecret: () => false, rackToken: '' })).toEqual(shown)
  })
})

test('an operator of a shell is not a value', () => {
  for (const text of ['x --token; ls', 'x --token | cat', 'x --token && ls']) expect(redact(text)).toEqual([text])
})

describe('other text stays unchanged', () => {
  test.each([
    'x --port 3000 --env production --name web',
    'x --token --port 3000',
    'x --token',
    'x token V',
    'docker login --password-stdin registry',
    'kubectl --key-file /run/a',
    'psql --no-password db',
    'rake db:migrate tokens:cleanup token:refresh',
    'docker run registry/token:latest',
    'ruby -e "Token::Refresh.run; Key.all"',
    'curl -H "Accept: text/html" -H "X-Request-Id: a"',
    'curl -d \'{"port":3000,"name":"a"}\'',
    'x host:8080 https://h/token://y',
    'x keys:// PASSWORD: ',
    'x --npm_config_registry_url=https://h/ sk-translations-of-everything hf_hub_download_everything',
    'x task_AKIA sk_live AKIAx desk_live_x',
    'echo "bypass compass: a" --bypass x --compass y',
  ])('%s', (text) => {
    expect(redact(text)).toEqual([text])
    const argv = text.split(' ')
    expect(redact('env', ...argv)).toEqual(['env', ...argv])
  })
})

test('the time is bounded for hostile commands', () => {
  for (const word of [
    '--token '.repeat(25_000),
    '--token "'.repeat(22_000),
    "'--token'".repeat(22_000),
    '"password":'.repeat(18_000),
    '"password": {'.repeat(15_000),
    '\\"password\\":\\"'.repeat(13_000),
    '"X-Api-Key: '.repeat(16_000),
    'PASSWORD:'.repeat(22_000),
    '-"\\'.repeat(66_000),
    'key => '.repeat(28_000),
    `--token${' '.repeat(200_000)}`,
    'eyJaaaaaaaa.'.repeat(16_000),
    'AKIA'.repeat(50_000),
    'eyJ'.repeat(66_000),
  ]) {
    const before = process.cpuUsage()
    redact(word)
    redact('env', word)
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000)
  }
})

test.each([
  ['whsec_12345678', 'whsec_[hidden]'],
  ['eyJaaaaa.aaaaa', 'eyJ[hidden]'],
])('the shortest credentials are redacted: %s', (word, redacted) => {
  expect(word).toHaveLength(shortestCredential)
  expect(redactCommand(['x', word], view)).toEqual(['x', redacted])
})

test("the rack's token is redacted in a short word, too", () => {
  expect(redactCommand(['x', 't0k'], { ...view, rackToken: 't0k' })).toEqual(['x', '[rack token]'])
})

test('a word that is repeated is redacted each time, before and after the code', () => {
  const words = ['a=b', 'token=a b;c', 'token=a b;c', '-c', 'token=a b;c', 'token=a b;c']
  expect(redactCommand(words, view)).toEqual([
    'a=b',
    'token=[hidden]',
    'token=[hidden]',
    '-c',
    'token=[hidden] b;c',
    'token=[hidden] b;c',
  ])
})
