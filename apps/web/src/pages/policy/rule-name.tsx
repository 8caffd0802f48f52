import { PolicySource } from '../../ui/policy-source.tsx'
import { VisibleText } from '../../ui/visible-text.tsx'

export function RuleName({ id, source }: { readonly id: string; readonly source: string }) {
  return (
    <>
      <VisibleText>{id}</VisibleText> (<PolicySource source={source} />)
    </>
  )
}
