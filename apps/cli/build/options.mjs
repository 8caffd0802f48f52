import { readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The directory of this package, with a trailing slash. */
export const packageDirectory = fileURLToPath(new URL('..', import.meta.url))

const { version, optionalDependencies = {} } = JSON.parse(readFileSync(`${packageDirectory}package.json`, 'utf8'))

/** Packages with native modules. They are not bundled, and the program works without them. */
export const nativePackages = Object.keys(optionalDependencies)

/** Inlines the version, because the built files have no `package.json` at the path that `version.ts` reads. */
const inlineVersion = {
  name: 'inline-version',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]apps[\\/]cli[\\/]src[\\/]package-files[\\/]version\.ts$/ }, () => ({
      contents: `export const version = () => ${JSON.stringify(version)}`,
    }))
  },
}

/** Inlines the manual page, because an executable is one file. */
const inlineManualPage = {
  name: 'inline-manual-page',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]apps[\\/]cli[\\/]src[\\/]package-files[\\/]manual-page\.ts$/ }, () => ({
      contents: `export const manualPage = () => ${JSON.stringify(readFileSync(`${packageDirectory}man/rack-gateway.1`, 'utf8'))}`,
    }))
  },
}

/** Inlines the example policies, because the built files have no directory `examples`. */
const inlineExamples = {
  name: 'inline-examples',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]apps[\\/]cli[\\/]src[\\/]commands[\\/]policy[\\/]example-policies\.ts$/ }, () => ({
      contents: `const texts = ${JSON.stringify(exampleTexts())}
export const exampleNames = Object.keys(texts)
export const exampleText = (example, file) => texts[example][file]`,
    }))
  },
}

/** The texts of all example policies, by example and file. */
function exampleTexts() {
  const directory = join(packageDirectory, '..', '..', 'examples', 'policies')
  const textsOf = (example) =>
    Object.fromEntries(
      ['policy.yaml', 'policy.cases.yaml'].map((file) => [file, readFileSync(join(directory, example, file), 'utf8')]),
    )
  return Object.fromEntries(['rails', 'django', 'laravel', 'node'].map((example) => [example, textsOf(example)]))
}

export const commonOptions = {
  absWorkingDir: packageDirectory,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  conditions: ['@rack-gateway/source'],
  external: nativePackages,
  plugins: [inlineVersion, inlineManualPage, inlineExamples],
  // Smaller files start faster. Names stay, so that stack traces are readable.
  minifySyntax: true,
  minifyWhitespace: true,
  metafile: true,
  write: false,
  // These warnings mean code that fails at run time.
  logOverride: { 'empty-import-meta': 'error', 'unsupported-dynamic-import': 'error' },
}

/**
 * The modules that most commands of convox load, by the names of their built files. Each is a CommonJS script, because
 * Node starts faster if it loads no ES module.
 */
export const scripts = {
  main: 'src/main.ts',
  precheck: 'src/convox/precheck/precheck.ts',
  'stored-token': 'src/token-store/stored-token.ts',
  relay: 'src/convox/relay/relay.ts',
  'gateway-dial': 'src/convox/relay/gateway-dial.ts',
}

/** @returns undefined if no script is built from the path */
export function scriptFor(path) {
  return Object.keys(scripts).find((name) => join(packageDirectory, scripts[name]) === path)
}

/** The name of the file that is built from a module: `src/commands/tokens/list.ts` becomes `commands-tokens-list`. */
export function moduleName(path) {
  return relative(join(packageDirectory, 'src'), path)
    .replace(/^(\.\.[\\/])+|\.ts$/g, '')
    .replaceAll(sep, '-')
}
