import styles from './checkbox.module.css'

interface CheckboxProps {
  readonly label: string
  readonly isSelected: boolean
  readonly onChange: (isSelected: boolean) => void
}

export function Checkbox({ label, isSelected, onChange }: CheckboxProps) {
  return (
    <label className={styles.checkbox}>
      <input type="checkbox" checked={isSelected} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  )
}
