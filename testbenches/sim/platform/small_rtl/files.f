systole_chip.sv
