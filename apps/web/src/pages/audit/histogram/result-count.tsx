import { Tag } from '../../../ui/status/badge.tsx'
import { type ResultKind, resultWords } from '../list/event-facts.ts'
import { Value } from '../value-menu/value-menu.tsx'
import { ResultSwatch } from './result-pattern.tsx'

/** How the filter `result` calls each result. Null: the filter cannot select it. */
const effects = { denied: 'deny', required: 'require', allowed: 'allow', failed: null, none: null } as const

/** Also the legend of the chart. */
export function ResultCount({ result, count }: { readonly result: ResultKind; readonly count: number }) {
  const { word, tone } = resultWords[result]
  const badge = (
    <Tag tone={tone}>
      <ResultSwatch result={result} />
      {count.toLocaleString()} {word.toLowerCase()}
    </Tag>
  )
  const effect = effects[result]
  if (effect === null) return badge
  return (
    <Value name="result" value={effect}>
      {badge}
    </Value>
  )
}
