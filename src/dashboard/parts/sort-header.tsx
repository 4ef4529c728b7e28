export interface Sorting<Column> {
  readonly by: Column
  readonly isDescending: boolean
}

interface SortHeaderProps<Column> {
  readonly column: Column
  readonly name: string
  readonly sorting: Sorting<Column>
  readonly onSort: (sorting: Sorting<Column>) => void
}

/** The head of a column that sorts; pressed again it turns the order around. Names begin with A, figures with the largest. */
export function SortHeader<Column extends string>({
  column,
  name,
  sorting,
  onSort,
}: SortHeaderProps<Column>) {
  const isActive = sorting.by === column
  const isDescending = isActive ? !sorting.isDescending : column !== 'name'
  return (
    <th
      scope="col"
      class={`column-${column}`}
      aria-sort={isActive ? (sorting.isDescending ? 'descending' : 'ascending') : 'none'}
    >
      <button type="button" onClick={() => onSort({ by: column, isDescending })}>
        {name}
        <span aria-hidden="true">{isActive ? (sorting.isDescending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  )
}
