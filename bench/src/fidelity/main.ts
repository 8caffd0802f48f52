/** What each way of forwarding does to the bytes, as a table in Markdown. */
import { type FidelityRow, fidelity } from './table.ts'
import type { Verdict } from './verdict.ts'

const rows = await fidelity()
const columns = ['sent', 'canonical target', '@fastify/http-proxy', 'reply.from(target)', 'rack.send']
console.log([columns, columns.map(() => '---'), ...rows.map(cells)].map((line) => `| ${line.join(' | ')} |`).join('\n'))

function cells({ one, admitted, verdicts }: FidelityRow): string[] {
  return [
    `${one.name}: ${code(`${one.method} ${one.target}`)}`,
    admitted ? 'passes' : 'refused',
    inWords(verdicts['@fastify/http-proxy']),
    inWords(verdicts['reply.from(target)']),
    inWords(verdicts['rack.send']),
  ]
}

function inWords(verdict: Verdict): string {
  if (verdict.kind === 'same') return 'same'
  if (verdict.kind === 'refused') return verdict.status === null ? 'no answer' : String(verdict.status)
  return verdict.what.map((what) => (/[:/]/.test(what) ? code(what) : what)).join(', ')
}

function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``
}
