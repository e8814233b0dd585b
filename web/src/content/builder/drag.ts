import { attachClosestEdge, extractClosestEdge } from '@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge'
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { type RefObject, useEffect, useRef, useState } from 'react'

// Dragging in the editor. What is dragged is a block, a row, or a new thing from the palette; single presses do the same (WCAG 2.5.7).

/** What is being dragged. */
export type Load = { is: 'block'; id: string } | { is: 'row'; id: string } | { is: 'new'; make: string } | { is: 'saved'; id: string }

const key = 'keruen-load'

const loadOf = (data: Record<string | symbol, unknown>): Load | undefined => data[key] as Load | undefined

/** useDraggable lets an element be dragged. */
export function useDraggable(element: RefObject<HTMLElement | null>, load: Load, enabled: boolean): void {
  const latest = useRef(load)
  latest.current = load
  useEffect(() => {
    if (!element.current || !enabled) return
    return draggable({ element: element.current, getInitialData: () => ({ [key]: latest.current }) })
  }, [element, enabled])
}

/** Where a line shows that the load will fall: over or under the element, or inside of an empty column. */
export type Edge = 'top' | 'bottom' | 'inside'

interface Drop {
  element: RefObject<HTMLElement | null>
  enabled: boolean
  /** Takes the whole of the element instead of its edges. */
  whole?: boolean
  accepts: (l: Load) => boolean
  onDrop: (l: Load, edge: Edge) => void
}

/** useDrop lets things be dropped on an element; it tells where the line stands while something is over it. */
export function useDrop({ element, enabled, whole, accepts, onDrop }: Drop): Edge | null {
  const [edge, setEdge] = useState<Edge | null>(null)
  const latest = useRef({ accepts, onDrop })
  latest.current = { accepts, onDrop }
  useEffect(() => {
    const el = element.current
    if (!el || !enabled) return
    const edgeOf = (data: Record<string | symbol, unknown>): Edge => (whole ? 'inside' : ((extractClosestEdge(data) as Edge | null) ?? 'bottom'))
    return dropTargetForElements({
      element: el,
      canDrop: ({ source }) => {
        const load = loadOf(source.data)
        return load !== undefined && latest.current.accepts(load)
      },
      getData: ({ input, element: at }) => (whole ? {} : attachClosestEdge({}, { input, element: at, allowedEdges: ['top', 'bottom'] })),
      onDrag: ({ self, location }) => setEdge(location.current.dropTargets[0]?.element === el ? edgeOf(self.data) : null),
      onDragLeave: () => setEdge(null),
      onDrop: ({ self, source, location }) => {
        setEdge(null)
        const load = loadOf(source.data)
        if (load && location.current.dropTargets[0]?.element === el) latest.current.onDrop(load, edgeOf(self.data))
      },
    })
  }, [element, enabled, whole])
  return edge
}
