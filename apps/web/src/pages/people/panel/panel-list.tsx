import type { ReactNode } from 'react'
import { Button } from '../../../ui/controls/button.tsx'
import { Row } from '../../../ui/layout/row.tsx'
import { type Gap, Stack } from '../../../ui/layout/stack.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { PanelPart } from './panel.tsx'

interface PanelListProps<Row> {
  readonly title: string
  readonly action?: ReactNode
  /** What a screen reader says while the rows are loading. */
  readonly loading: string
  readonly list: {
    readonly error: Error | null
    readonly isPending: boolean
    readonly hasNextPage: boolean
    readonly isFetchingNextPage: boolean
    readonly fetchNextPage: () => unknown
  }
  readonly rows: readonly Row[]
  /** The space between the rows: larger if each has several lines. */
  readonly gap?: Gap
  readonly children: (row: Row) => ReactNode
}

export function PanelList<Row extends { readonly id: string }>(props: PanelListProps<Row>) {
  const { title, action, loading, list, rows, gap = 1, children } = props
  return (
    <PanelPart title={title} action={action}>
      {list.error && <Problem error={list.error} />}
      {list.isPending && <Spinner label={loading} />}
      {!list.isPending && !list.error && rows.length === 0 && <p className="soft">None.</p>}
      <Stack as="ul" gap={gap}>
        {rows.map((row) => (
          <Row as="li" justify="between" key={row.id}>
            {children(row)}
          </Row>
        ))}
      </Stack>
      {list.hasNextPage && (
        <Button isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
          Show more
        </Button>
      )}
    </PanelPart>
  )
}
