// Tells that something new has arrived, and lets the reader decide when to look: lists do not move by themselves.
(() => {
  const bar = document.getElementById('fresh')
  if (!bar) return
  const known = bar.dataset.seen
  const look = async () => {
    if (document.hidden) return
    try {
      const answer = await fetch('/sandbox/api/summary')
      const { letters, entries } = await answer.json()
      bar.hidden = `${letters}.${entries}` === known
    } catch { /* the world is closed; the page stays readable */ }
  }
  setInterval(look, 3000)
})()
