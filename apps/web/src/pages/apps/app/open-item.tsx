import { Link } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { VisibleText } from '../../../ui/visible-text.tsx'
import styles from './open-item.module.css'

interface OpenItemProps {
  readonly title: string
  /** What the link back to the list says. */
  readonly back: string
  readonly badge?: ReactNode
  readonly children: ReactNode
}

/** A build or a release that is open in place of its list. Its heading takes the focus. */
export function OpenItem({ title, back, badge, children }: OpenItemProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <section className={styles.item} aria-label={title}>
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
    </section>
  )
}
