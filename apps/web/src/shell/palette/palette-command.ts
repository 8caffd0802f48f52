export interface PaletteCommand {
  readonly id: string
  readonly label: string
  /** What a person types for it, such as `Audit` for `Open Audit`. Default: the label. */
  readonly name?: string
  /** Such as `g a`. */
  readonly shortcut?: string
  /** `first`: answers exactly what was typed, such as an ID. `last`: leads to a list of everything that matches. */
  readonly position?: 'first' | 'last'
  readonly run: () => void
}

export type Navigate = (to: string, search?: object) => void
