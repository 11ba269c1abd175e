/** Lets files be dropped anywhere on the page. */

export function acceptDrops(add) {
  const holdsFiles = (event) => event.dataTransfer?.types.includes('Files');
  // Entering a child is told before leaving its parent: counted, so that the page does not flicker.
  let depth = 0;
  const mark = () => document.body.classList.toggle('dropping', depth > 0);

  addEventListener('dragenter', (event) => {
    if (!holdsFiles(event)) return;
    depth += 1;
    mark();
  });
  addEventListener('dragleave', (event) => {
    if (!holdsFiles(event)) return;
    depth = Math.max(0, depth - 1);
    mark();
  });
  addEventListener('dragover', (event) => {
    if (holdsFiles(event)) event.preventDefault();
  });
  addEventListener('drop', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    mark();
    add([...event.dataTransfer.files]);
  });
}
