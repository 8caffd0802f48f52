import { VisibleText } from '../text/visible-text.tsx'
import { Time } from './time.tsx'

interface LastUseProps {
  readonly use: { readonly lastUsedAt: string | null; readonly lastUsedFrom: string | null }
}

export function LastUse({ use: { lastUsedAt, lastUsedFrom } }: LastUseProps) {
  if (lastUsedAt === null) return 'Never'
  return (
    <>
      <Time at={lastUsedAt} kind="relative" />
      {lastUsedFrom !== null && (
        <>
          {' from '}
          <VisibleText>{lastUsedFrom}</VisibleText>
        </>
      )}
    </>
  )
}
