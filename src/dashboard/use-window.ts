import { useLayoutEffect, useRef, useState } from 'preact/hooks'

const spare = 6

/**
 * Which rows of a long list are in view, with a few to spare on either side.
 * @param rowHeight in pixels, the same for all rows
 */
export function useWindow(count: number, rowHeight: number) {
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ first: 0, visible: 20 })
  useLayoutEffect(() => {
    const scroller = box.current
    if (!scroller) return
    const look = (): void => {
      const first = Math.floor(scroller.scrollTop / rowHeight)
      const visible = Math.ceil(scroller.clientHeight / rowHeight)
      setView((old) => (old.first === first && old.visible === visible ? old : { first, visible }))
    }
    look()
    const sizes = new ResizeObserver(look)
    sizes.observe(scroller)
    scroller.addEventListener('scroll', look, { passive: true })
    return () => {
      sizes.disconnect()
      scroller.removeEventListener('scroll', look)
    }
  }, [rowHeight])
  const from = Math.max(0, Math.min(view.first, count - view.visible) - spare)
  return { box, from, to: Math.min(count, from + view.visible + 2 * spare) }
}
