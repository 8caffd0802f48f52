/** Options of a command that take a secret: in the same word (`-pX`), or in the next one (`-p X`, `--password X`). */
interface SecretOptions {
  readonly attached: readonly string[]
  readonly next: readonly string[]
}

const mysql: SecretOptions = { attached: ['-p'], next: ['--password'] }
const mongo: SecretOptions = { attached: ['-p'], next: ['-p', '--password'] }
const ldap: SecretOptions = { attached: ['-w'], next: ['-w'] }
const longPassword: SecretOptions = { attached: [], next: ['--password'] }

/** Commands by their names that are known to take a secret as an option. */
const commands: ReadonlyMap<string, SecretOptions> = new Map([
  ...named('mysql mysqladmin mysqlcheck mysqldump mysqlimport mysqlsh mysqlshow', mysql),
  ...named('mariadb mariadb-admin mariadb-dump mariadb-import', mysql),
  ...named('mongo mongosh mongodump mongoexport mongoimport mongorestore rabbitmqadmin sshpass cqlsh', mongo),
  ...named('ldapadd ldapdelete ldapmodify ldappasswd ldapsearch ldapwhoami', ldap),
  ...named('az clickhouse-client docker helm podman', longPassword),
  ...named('redis-cli', { attached: [], next: ['-a', '--pass'] }),
  ...named('bcp sqlcmd unzip zip', { attached: ['-P'], next: ['-P'] }),
  ...named('7z 7za', { attached: ['-p'], next: [] }),
  ...named('curl', { attached: ['-u', '-U'], next: ['-u', '-U', '--user', '--proxy-user', '--oauth2-bearer'] }),
  ...named('http https', { attached: ['-a'], next: ['-a', '--auth'] }),
  ...named('wget', { attached: [], next: ['--password', '--ftp-password', '--http-password', '--proxy-password'] }),
  ...named('skopeo', { attached: [], next: ['--creds', '--src-creds', '--dest-creds', '--password'] }),
  ...named('kubectl', { attached: [], next: ['--password', '--token'] }),
  ...named('openssl', { attached: [], next: ['-k', '-pass', '-passin', '-passout', '-password'] }),
  ...named('keytool', { attached: [], next: ['-keypass', '-storepass', '-srcstorepass', '-deststorepass'] }),
  ...named('gpg gpg2', { attached: [], next: ['--passphrase'] }),
])

/** `docker login -p X`; of `docker run` it is a port. */
const login: SecretOptions = { attached: ['-p'], next: ['-p', '--password'] }
const withLogin: ReadonlySet<SecretOptions> = new Set([longPassword])

function named(names: string, options: SecretOptions): (readonly [string, SecretOptions])[] {
  return names.split(' ').map((name) => [name, options])
}

/** Which part of a word is secret: none, everything after the first N characters, or the next word. */
export type SecretPart = 'nothing' | 'next' | { readonly after: number }

/** Says of a command's words in turn what is secret of them. */
export function createOptionReader(): { read(word: string): SecretPart; endCommand(): void } {
  let current: SecretOptions | null = null
  return {
    read(word) {
      const known = commands.get(word.slice(word.lastIndexOf('/') + 1))
      if (known) current = known
      else if (current === null || word === '') return 'nothing'
      else if (word === 'login' && withLogin.has(current)) current = login
      else return partOf(word, current)
      return 'nothing'
    },
    /** What follows is another command, as after `;` in a shell. */
    endCommand() {
      current = null
    },
  }
}

function partOf(word: string, { attached, next }: SecretOptions): SecretPart {
  if (next.includes(word)) return 'next'
  const equals = word.indexOf('=')
  if (word.startsWith('--') && equals !== -1) {
    return next.includes(word.slice(0, equals)) ? { after: equals + 1 } : 'nothing'
  }
  const option = attached.find((one) => word.startsWith(one) && word.length > one.length)
  return option === undefined ? 'nothing' : { after: option.length }
}
