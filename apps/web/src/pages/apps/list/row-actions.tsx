import type { ReactNode } from 'react'
import { Row } from '../../../ui/layout/row.tsx'

export function RowActions({ children }: { readonly children: ReactNode }) {
  return <Row as="span">{children}</Row>
}
