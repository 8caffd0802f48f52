import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { validateName } from '../../../../api/rack-data/rack-path.ts'
import { Problem } from '../../../../ui/problems/problem.tsx'

interface NamedItemProps {
  /** From the address of the page, which can contain any text. */
  readonly id: string
  readonly children: ReactNode
}

/** Shows its children if the ID is valid, and an error otherwise. */
export function NamedItem({ id, children }: NamedItemProps) {
  const fault = validateName(id)
  if (fault === null) return children
  const back = (
    <Link to="." search={{}}>
      Open the list
    </Link>
  )
  return <Problem error={fault} action={back} />
}
