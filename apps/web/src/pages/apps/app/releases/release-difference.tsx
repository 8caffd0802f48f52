import type { Release } from '../../../../api/rack-data/readers.ts'
import { Card } from '../../../../ui/card.tsx'
import { LineDifference } from '../../../../ui/line-difference.tsx'
import { VisibleText } from '../../../../ui/visible-text.tsx'
import { environmentDifference } from '../environment/env-difference.ts'
import { KeyDifferences } from '../environment/key-differences.tsx'

interface ReleaseDifferenceProps {
  /** The running release; null if no release runs. */
  readonly before: Release | null
  readonly after: Release
}

export function ReleaseDifference({ before, after }: ReleaseDifferenceProps) {
  return (
    <Card title={before === null ? 'What it would start' : 'Differences from the running release'}>
      {before === null ? (
        <p>No release of this app runs, so there is nothing to compare with.</p>
      ) : (
        <p>
          From <VisibleText>{before.id}</VisibleText>, which runs, to <VisibleText>{after.id}</VisibleText>.
        </p>
      )}
      <h3>Environment</h3>
      <KeyDifferences differences={environmentDifference(before?.env ?? '', after.env)} />
      <h3>Manifest</h3>
      <LineDifference before={before?.manifest ?? ''} after={after.manifest} />
    </Card>
  )
}
