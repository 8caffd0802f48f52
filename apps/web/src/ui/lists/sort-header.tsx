import { ArrowDown, ArrowUp, ArrowUpDown } from 'lucide-react'
import styles from './sort-header.module.css'
import type { Sort } from './sort-rows.ts'

interface SortHeaderProps {
  readonly title: string
  readonly sort: Sort | null
  readonly secondary?: boolean | undefined
  readonly onSort: (title: string) => void
}

export function SortHeader({ title, sort, secondary, onSort }: SortHeaderProps) {
  const isSorted = sort?.column === title
  const Icon = !isSorted ? ArrowUpDown : sort.descending ? ArrowDown : ArrowUp
  return (
    <th
      scope="col"
      data-secondary={secondary}
      aria-sort={!isSorted ? 'none' : sort.descending ? 'descending' : 'ascending'}
    >
      <button type="button" className={styles.button} data-sorted={isSorted} onClick={() => onSort(title)}>
        {title}
        <Icon aria-hidden size={12} />
      </button>
    </th>
  )
}
