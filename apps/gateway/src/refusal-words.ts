/** What a refusal says, whoever refuses: by which rule, where that stands, why, and what to do. Whole sentences. */
export interface RefusalWords {
  readonly rule: string
  readonly source: string
  readonly reason: string
  readonly next: string
}

/**
 * A refusal of the gateway's own, in the parts in which the policy tells its refusals. Sentences of ours say why and then what
 * to do, behind a semicolon, a colon or a full stop; one that says only why gets what its status asks for.
 *
 * @param sentence the whole sentence, as the caller is told it
 * @param status of the answer
 */
export function refusalWords(rule: string, sentence: string, status: number): RefusalWords {
  const text = sentence.replace(/ \(rule [^()]*\)$/, '')
  const at = adviceIn(text)
  const reason = at === null ? text : text.slice(0, at.from)
  const next = at === null ? usual(status) : text.slice(at.to)
  return { rule, source: 'gateway', reason: whole(reason), next: whole(next) }
}

/** How what to do begins. */
const verbs =
  'add|ask|begin|call|check|choose|copy|correct|delete|do|drop|end|escape|exchange|finish|follow|give|leave|let|list|log|look|make|name|open|push|put|raise|remove|replace|restart|revoke|rotate|run|say|search|send|set|shorten|split|start|take|tell|try|type|unlock|upload|use|verify|wait|write|its operator|the operator|who(?:m)?ever'
const advice = new RegExp(`(?:;|:|\\.) (?=(?:if [^:;]{1,80}, )?(?:then |first )?(?:${verbs})\\b)`, 'i')

/** Where it is first said what to do. */
function adviceIn(text: string): { readonly from: number; readonly to: number } | null {
  const found = advice.exec(text)
  return found && { from: found.index, to: found.index + found[0].length }
}

function usual(status: number): string {
  if (status >= 500) return 'Try again in a moment; if it stays like this, tell an administrator of the gateway.'
  return byStatus[status] ?? 'Correct the request, and send it again.'
}

const byStatus: Readonly<Record<number, string>> = {
  401: 'Log in, or use another token.',
  403: 'Ask an administrator of the gateway.',
  404: 'Check the name and the address.',
  409: 'Look at what has changed, and decide again.',
  410: 'Look for another one.',
  429: 'Wait, then try again.',
}

function whole(clause: string): string {
  const text = clause.trim()
  const begun = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
  return /[.!?]$/.test(begun) ? begun : `${begun}.`
}
