import { PolicySource } from '../../../ui/text/policy-source.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'

export function RuleName({ id, source }: { readonly id: string; readonly source: string }) {
  return (
    <>
      <VisibleText>{id}</VisibleText> (<PolicySource source={source} />)
    </>
  )
}
