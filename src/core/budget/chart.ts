/** A picture of what was spent day by day, on a ground of its own so that it can be read in dark and light. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { BarController, BarElement, CategoryScale, Chart, LinearScale, Title } from 'chart.js';
import { formatUsd, MICRO_USD_PER_USD } from './money.ts';

export interface DailySpend {
  /** `2026-11-21`. */
  readonly day: string;
  readonly microUsd: number;
}

const WIDTH = 1000;
const HEIGHT = 420;
const FONT = 'Inter';
const [GROUND, INK, FAINT, BAR] = ['#ffffff', '#1f2328', '#d8dee4', '#2563eb'];

/** A PNG of 1,000 by 420 pixels. */
export function drawDailySpend(title: string, days: readonly DailySpend[]): Buffer {
  registerFont();
  Chart.register(BarController, BarElement, CategoryScale, LinearScale, Title);
  const canvas = createCanvas(WIDTH, HEIGHT);
  const font = { family: FONT, size: 15 };
  const chart = new Chart(canvas.getContext('2d'), {
    type: 'bar',
    data: {
      labels: days.map(({ day }) => day.slice(5)),
      datasets: [
        {
          data: days.map(({ microUsd }) => microUsd / MICRO_USD_PER_USD),
          backgroundColor: BAR,
          borderRadius: 3,
          maxBarThickness: 60,
        },
      ],
    },
    options: {
      animation: false,
      responsive: false,
      devicePixelRatio: 1,
      layout: { padding: 20 },
      plugins: {
        title: { display: true, text: title, color: INK, font: { ...font, size: 20 }, padding: 16 },
      },
      scales: {
        x: { grid: { display: false }, ticks: { color: INK, font, maxRotation: 0, autoSkipPadding: 12 } },
        y: {
          beginAtZero: true,
          suggestedMax: 0.001,
          border: { display: false },
          grid: { color: FAINT },
          ticks: { color: INK, font, callback: (value) => formatUsd(Number(value) * MICRO_USD_PER_USD) },
        },
      },
    },
    plugins: [
      {
        id: 'ground',
        beforeDraw({ ctx }) {
          ctx.fillStyle = GROUND;
          ctx.fillRect(0, 0, WIDTH, HEIGHT);
        },
      },
    ],
  });
  try {
    return canvas.toBuffer('image/png');
  } finally {
    chart.destroy();
  }
}

/** A container has no fonts. */
function registerFont(): void {
  if (GlobalFonts.has(FONT)) return;
  const path = fileURLToPath(import.meta.resolve('@fontsource/inter/files/inter-latin-400-normal.woff2'));
  GlobalFonts.register(readFileSync(path), FONT);
}
