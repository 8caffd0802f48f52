import { Link } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { Stack } from '../../../../ui/layout/stack.tsx'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import styles from './open-item.module.css'

interface OpenItemProps {
  readonly title: string
  /** The text of the link back to the list. */
  readonly back: string
  readonly badge?: ReactNode
  readonly children: ReactNode
}

/** The build or release that the page shows in place of the list. */
export function OpenItem({ title, back, badge, children }: OpenItemProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <Stack as="section" gap={4} aria-label={title}>
      <header className={styles.header}>
        <h2 ref={heading} tabIndex={-1}>
          <VisibleText>{title}</VisibleText>
        </h2>
        {badge}
        <Link to="." search={{}} className={styles.back}>
          <ArrowLeft aria-hidden size={14} />
          {back}
        </Link>
      </header>
      {children}
    </Stack>
  )
}
