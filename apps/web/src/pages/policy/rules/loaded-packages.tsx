import type { PolicyMatrix } from '@rack-gateway/gateway-api'
import { Card } from '../../../ui/layout/card.tsx'
import { Table } from '../../../ui/lists/table.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'

const numberFormat = new Intl.NumberFormat()

export function LoadedPackages({ packages }: { readonly packages: PolicyMatrix['packages'] }) {
  return (
    <Card id="packages" title="Policy packages">
      {packages.length > 0 && (
        <p className="soft">In the order of evaluation. The counts are for this gateway process.</p>
      )}
      <Table
        label="Packages and counts"
        rows={packages}
        keyOf={({ name }) => name}
        empty="No policy package is loaded."
        columns={[
          {
            title: 'Package',
            cell: ({ name, version, sha256 }) => (
              <span title={`SHA-256: ${sha256}`}>
                <VisibleText>{version === null ? name : `${name} ${version}`}</VisibleText>
              </span>
            ),
          },
          { title: 'Evaluated', cell: ({ evaluated }) => numberFormat.format(evaluated) },
          { title: 'Objected', cell: ({ objected }) => numberFormat.format(objected) },
          { title: 'Failed', cell: ({ failed }) => numberFormat.format(failed) },
          { title: 'Slow', cell: ({ slow }) => numberFormat.format(slow), secondary: true },
          { title: 'Simulated', cell: ({ simulated }) => numberFormat.format(simulated), secondary: true },
        ]}
      />
    </Card>
  )
}
