package reports

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Measures of the heat map in points.
const (
	heatRowHeight  = 15
	heatRowsAtMost = 38 // rows per column of blocks
	heatNameWidth  = 206
	heatCellWidth  = 31 // least width of a cell
	heatGutter     = 26 // between columns of blocks
)

// heatRows is the number of rows of blocks in each column of blocks.
func (h heatPicture) heatRows(columns int) int { return (len(h.Rows) + columns - 1) / columns }

func (h heatPicture) size() (width, height vg.Length) {
	columns := heatColumns(h)
	names, nameHeight, _ := heatHeader(h, columns)
	width = max(pictureWidth, 20+vg.Length(columns)*(heatNameWidth+heatCellWidth*vg.Length(len(names))+heatGutter))
	return width, 38 + nameHeight + heatRowHeight*vg.Length(max(h.heatRows(columns), 1)) + 64
}

// draw draws blocks against policies. Each cell has the colour of its error and the figure itself; blocks run in execution
// order down the columns, with their part as a ribbon at the left.
func (h heatPicture) draw(canvas draw.Canvas) error {
	columns := heatColumns(h)
	perColumn := h.heatRows(columns)
	names, nameHeight, rotated := heatHeader(h, columns)
	c := heading(canvas, "Error by block and policy", "Relative L2 against "+label(h.Reference, 40)+
		" at the last tap of each block; heads and outputs: at the worst of their taps.")
	if len(h.Rows) == 0 || len(names) == 0 {
		emptyNote(c, "No block was recorded in this run.")
		return nil
	}
	drawHeatKey(draw.Crop(c, 0, 0, 0, -(c.Max.Y - c.Min.Y - 34)))
	for column := range columns {
		from := min(column*perColumn, len(h.Rows))
		to := min(from+perColumn, len(h.Rows))
		w := (c.Max.X - c.Min.X + heatGutter) / vg.Length(columns)
		area := draw.Crop(c, vg.Length(column)*w, vg.Length(column+1)*w-heatGutter-(c.Max.X-c.Min.X), 0, 0)
		drawHeatColumn(area, h.Rows[from:to], names, nameHeight, rotated)
	}
	return nil
}

// heatColumns is the number of columns of blocks: as many as the rows ask for, as long as the cells keep their width.
func heatColumns(h heatPicture) int {
	wanted := (len(h.Rows) + heatRowsAtMost - 1) / heatRowsAtMost
	fit := int((pictureWidth - 20 + heatGutter) / (heatNameWidth + heatCellWidth*vg.Length(len(h.Policies)) + heatGutter))
	return max(1, min(wanted, fit))
}

// heatHeader decides how the policies' names stand above the cells: flat when all fit, turned otherwise.
func heatHeader(h heatPicture, columns int) (names []string, height vg.Length, rotated bool) {
	style := textStyle(9.5, inkColor)
	cell := ((pictureWidth-20+heatGutter)/vg.Length(columns) - heatGutter - heatNameWidth) / vg.Length(max(len(h.Policies), 1))
	height = 16
	for _, policy := range h.Policies {
		names = append(names, label(policy, 26))
		if style.Width(names[len(names)-1]) > cell-4 {
			rotated = true
		}
	}
	if rotated {
		for _, n := range names {
			height = max(height, style.Width(n)+8)
		}
	}
	return names, height, rotated
}

// drawHeatColumn draws the policies' names and some of the blocks below them.
func drawHeatColumn(c draw.Canvas, rows []heatRow, names []string, nameHeight vg.Length, rotated bool) {
	const ribbon = 14
	cell := (c.Max.X - c.Min.X - heatNameWidth) / vg.Length(len(names))
	left := c.Min.X + heatNameWidth
	for p, n := range names {
		style := textStyle(9.5, inkColor)
		at := vg.Point{X: left + (vg.Length(p)+0.5)*cell, Y: c.Max.Y - nameHeight + 6}
		style.XAlign, style.YAlign = draw.XCenter, draw.YBottom
		if rotated {
			style.Rotation, style.XAlign, style.YAlign = math.Pi/2, draw.XLeft, draw.YCenter
		}
		c.FillText(style, at, n)
	}
	top := c.Max.Y - nameHeight
	start := 0
	for i := range rows {
		y := top - vg.Length(i)*heatRowHeight
		style := textStyle(9, inkColor)
		style.XAlign = draw.XRight
		c.FillText(style, vg.Point{X: left - 5, Y: y - heatRowHeight/2}, label(rows[i].Block, 44))
		for p, value := range rows[i].Values {
			drawHeatCell(c, float64(value), rectangle(left+vg.Length(p)*cell, y-heatRowHeight, left+vg.Length(p+1)*cell, y))
		}
		if i+1 == len(rows) || rows[i+1].Part != rows[start].Part {
			bottom := y - heatRowHeight
			drawHeatRibbon(c, rows[start].Part, rectangle(c.Min.X, bottom+0.5, c.Min.X+ribbon, top-vg.Length(start)*heatRowHeight-0.5))
			start = i + 1
		}
	}
}

// drawHeatRibbon draws the ribbon of a part with its name turned, if it fits.
func drawHeatRibbon(c draw.Canvas, part string, box []vg.Point) {
	c.FillPolygon(shadeOf(part), box)
	style := textStyle(9, inkColor)
	style.Rotation, style.XAlign = math.Pi/2, draw.XCenter
	if style.Width(partLabel(part)) < box[2].Y-box[0].Y {
		c.FillText(style, vg.Point{X: (box[0].X + box[1].X) / 2, Y: (box[0].Y + box[2].Y) / 2}, partLabel(part))
	}
}

// drawHeatCell draws a cell with its figure: "exact" on white, "n/a" on white for an undefined error.
func drawHeatCell(c draw.Canvas, v float64, box []vg.Point) {
	fill, text := color.RGBA{255, 255, 255, 255}, formatError(v, 2)
	switch {
	case math.IsNaN(v):
		text = "n/a"
	case v == 0:
		text = "exact"
	default:
		fill = heatColors[heatIndex(v)]
	}
	c.FillPolygon(fill, box)
	c.StrokeLines(draw.LineStyle{Color: color.White, Width: 0.8}, append(box[:4:4], box[0]))
	style := textStyle(8.5, inkOn(fill))
	style.XAlign = draw.XCenter
	c.FillText(style, vg.Point{X: (box[0].X + box[1].X) / 2, Y: (box[0].Y + box[2].Y) / 2}, text)
}

// drawHeatKey draws the colours with the errors at which they stand.
func drawHeatKey(c draw.Canvas) {
	const width, height = 9, 11
	x, y := c.Min.X+heatNameWidth, c.Min.Y+16
	style := textStyle(9, quietColor)
	title := style
	title.XAlign = draw.XRight
	c.FillText(title, vg.Point{X: x - 5, Y: y + height/2}, "relative L2")
	style.XAlign = draw.XCenter
	for i, fill := range heatColors {
		c.FillPolygon(fill, rectangle(x+vg.Length(i)*width, y, x+vg.Length(i+1)*width, y+height))
		if i%heatSteps == 0 {
			at := x + vg.Length(i)*width
			c.StrokeLine2(draw.LineStyle{Color: quietColor, Width: 0.6}, at, y-3, at, y)
			c.FillText(style, vg.Point{X: at, Y: y - 9}, formatError(heatStops[i/heatSteps], 1))
		}
	}
}
