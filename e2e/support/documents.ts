import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const skipped = new Set(['node_modules', 'dist', 'dist-modules', 'dist-test', 'coverage'])

/** Files below a directory whose names end in one of `endings`, leaving out what is installed, built or hidden (but `.ci` and `.github`). */
export function filesBelow(directory: string, endings: readonly string[]): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const { name } = entry
    if (skipped.has(name) || (name.startsWith('.') && name !== '.ci' && name !== '.github')) return []
    const path = join(directory, name)
    if (entry.isDirectory()) return filesBelow(path, endings)
    return endings.some((ending) => name.endsWith(ending)) ? [path] : []
  })
}

/** The links of a page that lead nowhere: to a missing file, or to a heading that its page hasn't. */
export function brokenLinks(page: string, text: string): string[] {
  return linksIn(text).filter((link) => {
    const [path = '', heading] = link.split('#')
    const target = path === '' ? page : join(dirname(page), path)
    if (!existsSync(target)) return true
    return heading !== undefined && !headingsIn(path === '' ? text : readFileSync(target, 'utf8')).includes(heading)
  })
}

/** Relative links only; what looks like one within code is none. */
function linksIn(text: string): string[] {
  const links = withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)
  return [...links].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link))
}

/** As the usual renderers name them. */
function headingsIn(text: string): string[] {
  const titles = text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)
  return [...titles].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function withoutCode(text: string): string {
  return text
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .replaceAll(/^ {4}.*$/gm, '')
    .replaceAll(/`[^`\n]*`/g, '')
}

/** A page whose parts between `<!-- generated: NAME -->` and `<!-- end -->` are made anew. @throws when page and parts name different ones, or a part is empty */
export function withParts(page: string, parts: Readonly<Record<string, string>>): string {
  const used = new Set<string>()
  const made = page.replaceAll(
    /(<!-- generated: ([a-z]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      const part = parts[name]
      if (part === undefined) throw new Error(`nothing makes the part ${name}`)
      if (part === '') throw new Error(`the part ${name} is empty`)
      used.add(name)
      return `${begin}\n${part}\n\n${end}`
    },
  )
  const missing = Object.keys(parts).filter((name) => !used.has(name))
  if (missing.length > 0) throw new Error(`the page has no place for ${missing.join(', ')}`)
  return made
}

export function shortName(workspace: string, path: string): string {
  return relative(workspace, path)
}
